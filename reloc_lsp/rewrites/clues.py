"""What speaks for and against a rewrite before it is run, as named numbers: what an evidence reward weighs.

A name that holds a value of its own (`family=comparison`) has the number 1; the others are logarithms or shares.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from reloc_lsp.rewrites.context import UnitContext
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.wording import Change, Pair, Triple, Wording, kind, triples, words
from reloc_lsp.search.protocols import SURROUNDINGS

Clues = dict[str, float]
LEAST = 1e-12
MANY_WORDS = 400
"""Of a file of so many words half is believed of what other projects taught."""
BETWEEN = frozenset(
    ["==", "!=", "<", ">", "<=", ">=", "-", "/", "//", "%", "and", "or", "is", "in", "=", "&", "|", "^"]
)
"""Words that hardly anybody writes between the same two."""
NEAR = 4
"""Lines fewer than this away from one are near it."""
SUSPICION_POWER = 2.0
"""Fitted on bugs of our own making (tests/benchmarks/handwritten) and planted ones."""
ERRORS = {
    "AssertionError": "assertion", "Failed": "assertion", "TypeError": "type", "AttributeError": "attribute",
    "IndexError": "lookup", "KeyError": "lookup", "StopIteration": "lookup", "NameError": "name",
    "UnboundLocalError": "name", "ValueError": "value", "ZeroDivisionError": "value", "RecursionError": "endless",
}  # fmt: skip


@dataclass(frozen=True)
class Surroundings:
    """What a task tells of all rewrites of its unit.

    `text` is that of the file, `errors` the names of the exceptions that failing tests end with, `test_literals` are
    values written in their source, as `repr`.
    """

    text: str
    errors: Sequence[str] = ()
    test_literals: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def words(self) -> Counter[str]:
        """How often each word stands in the file."""
        return Counter(words(self.text))

    @cached_property
    def share(self) -> float:
        """How much the file has to tell, from 0 to 1: little of a function alone, most of a module."""
        total = self.words.total()
        return total / (total + MANY_WORDS)

    @cached_property
    def pairs(self) -> Counter[Pair]:
        """How often two words stand beside each other in the file."""
        return Counter(pairwise(words(self.text)))

    @cached_property
    def triples(self) -> Counter[Triple]:
        """How often three words do."""
        return Counter(triples(words(self.text)))

    @cached_property
    def shapes(self) -> Counter[Triple]:
        """The same for their kinds."""
        return Counter(triples(list(map(kind, words(self.text)))))

    @cached_property
    def lines(self) -> Counter[str]:
        """How often each line stands in the file, whatever its indentation."""
        return Counter(map(str.strip, self.text.split("\n")))

    @cached_property
    def kinds_of_error(self) -> frozenset[str]:
        """The errors by their class."""
        return frozenset(ERRORS.get(name.rpartition(".")[2], "other") for name in self.errors)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the neighbourhood thinks of a rewrite.

    `preference` is its family's and that of the unit so far, `suspicion` of its line is from 0 to 1, `outlook` what the
    values seen at run time make of it; where `chosen`, they made its family propose it.
    """

    rewrite: Rewrite
    preference: float
    suspicion: float
    outlook: float
    chosen: bool = False

    @property
    def belief(self) -> float:
        """How likely a person would write it here, whatever the values seen at run time."""
        return self.preference * math.pow(self.suspicion, SUSPICION_POWER)

    @property
    def promise(self) -> float:
        """Everything together: the order without an evidence reward."""
        return self.belief * self.outlook


class Reader:
    """Reads the clues of the rewrites of one unit; `standings` are all of them."""

    def __init__(self, ctx: UnitContext, around: Surroundings, standings: Sequence[Standing]) -> None:
        self.around = around
        self._families = Counter(standing.rewrite.family for standing in standings)
        self._lines = Counter(standing.rewrite.line for standing in standings)
        self._most = max((standing.suspicion for standing in standings), default=0.0)
        self._statements = {ctx.line(place.node): type(place.node).__name__ for place in ctx.statements}
        self._raised = {n for n, text in enumerate(ctx.index.lines, 1) if text.strip() in ctx.module.raised}
        self._wording = Wording(ctx.text)
        self._words = Counter(words(ctx.text))
        lines = ctx.index.lines
        self._shape = {n: _shape(n, text, lines) for n, text in enumerate(lines, 1)}
        self._near = {n: set(words("".join(lines[max(n - NEAR, 0) : n + NEAR - 1]))) for n in self._shape}
        arguments = ctx.function.args
        self._parameters = {one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}

    def clues(self, standing: Standing) -> Clues:
        """The clues of one rewrite."""
        if standing.chosen:
            # Nothing but searches can tell of these: they are not among the rewrites of a fix that nothing was run for.
            return {
                "chosen": 1.0, "own belief": _log(standing.belief), "outlook alone": _log(standing.outlook),
                SURROUNDINGS: self.around.share,
            }  # fmt: skip
        rewrite = standing.rewrite
        family, line = rewrite.family, rewrite.line
        statement = self._statements.get(line, "other")
        found = {
            "preference": _log(standing.preference), "suspicion": _log(standing.suspicion),
            "outlook": _log(standing.outlook), "weight": _log(rewrite.weight),
            "crowd of its family": math.log(self._families[family]), "crowd of its line": math.log(self._lines[line]),
            f"family={family}": 1.0, f"in={statement}": 1.0, f"family={family} in={statement}": 1.0,
            f"outlook={_step(standing.outlook)}": 1.0, SURROUNDINGS: self.around.share,
        }  # fmt: skip
        errors = self.around.kinds_of_error
        for error in errors:
            found[f"family={family} error={error}"] = 1.0 / len(errors)
        if standing.suspicion == self._most:
            found["most suspicious"] = 1.0
        if line in self._raised:
            found["raised here"] = found[f"family={family} raised here"] = 1.0
        if line in self._shape:
            found["depth of its line"], found["lateness of its line"] = self._shape[line]
        if rewrite.edits:
            made = self._wording.change(rewrite.edits)
            self._add_words(found, made)
            self._add_names(found, made, line)
            self._add_shapes(found, made)
        return found

    def _add_names(self, found: Clues, made: Change, line: int) -> None:
        """What the unit tells of the names that come and go: whether they are of use elsewhere in it."""
        here, gone, come = self._words, Counter(made.gone), Counter(made.come)
        names = [word for word in come if word not in gone and word.isidentifier()]
        lost = [here[word] - count for word, count in gone.items() if word not in come and word.isidentifier()]
        if names:
            least = min(here[word] for word in names)
            found["come names in the unit"] = math.log1p(least)
            found["come name is used nowhere else"] = float(least == 1)
            found["come names are near"] = float(self._near.get(line, set()).issuperset(names))
            found["come names are parameters"] = float(self._parameters.issuperset(names))
        if lost:
            found["gone names left in the unit"] = math.log1p(min(lost))
            found["gone name is used nowhere else"] = float(min(lost) == 1)
        found["likeness"] = made.likeness

    def _add_shapes(self, found: Clues, made: Change) -> None:
        """What the file is used to: the lines made, and words in their order, as they are and by their kind."""
        old, new, around = made.wide_old, made.wide_new, self.around
        found["how familiar it becomes"] = _familiar([around.triples[triple] for triple in triples(new)])
        found["how familiar it was"] = _familiar([around.triples[triple] - 1 for triple in triples(old)])
        shapes = around.shapes
        found["how usual it becomes"] = _familiar([shapes[triple] for triple in triples(list(map(kind, new)))])
        found["how usual it was"] = _familiar([shapes[triple] - 1 for triple in triples(list(map(kind, old)))])
        if made.lines:
            found["lines seen"] = math.log1p(min(around.lines[line] for line in made.lines))
        if _twice(new) and not _twice(old):
            found["the same on both sides"] = 1.0

    def _add_words(self, found: Clues, made: Change) -> None:
        """What the words tell that come and go."""
        around = self.around
        gone, come = made.kinds()
        before, after = made.ends()
        found |= {
            "words gone": math.log1p(len(made.gone)), "words come": math.log1p(len(made.come)),
            f"gone={gone}": 1.0, f"come={come}": 1.0, f"gone={gone} come={come}": 1.0,
            f"before={before}": 1.0, f"after={after}": 1.0,
        }  # fmt: skip
        # Code that is right speaks more like the rest of its file than code that is wrong.
        for name, seen in (
            ("words seen", [around.words[word] for word in made.come]),
            ("pairs seen", [around.pairs[pair] for pair in pairwise(made.new)]),
            ("triples seen", [around.triples[triple] for triple in triples(made.new)]),
        ):
            if seen:
                found[name] = math.log1p(min(seen))
                found[f"all {name}"] = float(min(seen) > 0)
        # What goes is there once at least.
        for name, seen in (
            ("gone words seen elsewhere", [around.words[word] for word in made.gone]),
            ("gone pairs seen elsewhere", [around.pairs[pair] for pair in pairwise(made.old)]),
        ):
            if seen:
                found[name] = math.log(max(min(seen), 1))
        if not around.test_literals.isdisjoint(made.come):
            found["said by tests"] = 1.0


def _shape(number: int, text: str, lines: Sequence[str]) -> tuple[float, float]:
    """How far a line is indented, in steps of the first, and where in the unit it stands, from 0 to 1."""
    first = len(lines[0]) - len(lines[0].lstrip())
    return (len(text) - len(text.lstrip()) - first) / 4, number / len(lines)


def _twice(said: Sequence[str]) -> bool:
    return any(one == other and word in BETWEEN for one, word, other in triples(said))


def _familiar(counts: Sequence[int]) -> float:
    """The mean logarithm of how often each is seen."""
    return sum(math.log1p(max(count, 0)) for count in counts) / len(counts) if counts else 0.0


def _log(value: float) -> float:
    return math.log(max(value, LEAST))


def _step(value: float) -> int:
    """Values that differ by a factor of less than two, alike."""
    return round(math.log2(max(value, 1e-3)))
