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

from reloc_lsp.rewrites.ranking.code_tokens import Pair, TokenizedText, Triple, triples, words
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.unit_context import UnitContext
from reloc_lsp.search.protocols import RANK_FEATURES, SURROUNDING_CODE_FEATURE

Features = dict[str, float]
LEAST = 1e-12
MANY_WORDS = 400
"""Of a file of so many words half is believed of what other projects taught."""
SUSPICION_POWER = 2.0
"""Fitted on bugs of our own making (tests/benchmarks/handwritten) and planted ones."""
ERRORS = {
    "AssertionError": "assertion", "Failed": "assertion", "TypeError": "type", "AttributeError": "attribute",
    "IndexError": "lookup", "KeyError": "lookup", "StopIteration": "lookup", "NameError": "name",
    "UnboundLocalError": "name", "ValueError": "value", "ZeroDivisionError": "value", "RecursionError": "endless",
}  # fmt: skip


@dataclass(frozen=True)
class TaskContext:
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
    def kinds_of_error(self) -> frozenset[str]:
        """The errors by their class."""
        return frozenset(ERRORS.get(name.rpartition(".")[2], "other") for name in self.errors)


@dataclass(frozen=True, slots=True)
class RankedRewrite:
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
    def plausibility(self) -> float:
        """How likely a person would write it here, whatever the values seen at run time."""
        return self.preference * math.pow(self.suspicion, SUSPICION_POWER)

    @property
    def prior_score(self) -> float:
        """Everything together: the order without an evidence reward."""
        return self.plausibility * self.outlook


class FeatureExtractor:
    """Reads the clues of the rewrites of one unit; `standings` are all of them."""

    def __init__(self, ctx: UnitContext, around: TaskContext, standings: Sequence[RankedRewrite]) -> None:
        self.around = around
        self._operators = Counter(standing.rewrite.operator for standing in standings)
        self._lines = Counter(standing.rewrite.line for standing in standings)
        self._most = max((standing.suspicion for standing in standings), default=0.0)
        self._statements = {ctx.line(place.node): type(place.node).__name__ for place in ctx.statements}
        self._raised = {n for n, text in enumerate(ctx.index.lines, 1) if text.strip() in ctx.module.raised}
        self._wording = TokenizedText(ctx.text)
        self._places = _places(standings)

    def features(self, standing: RankedRewrite) -> Features:
        """The clues of one of the rewrites that the reader was made for."""
        if standing.chosen:
            # Nothing but searches can tell of these: they are not among the rewrites of a fix that nothing was run for.
            return {
                "chosen": 1.0, "own belief": _log(standing.plausibility), "outlook alone": _log(standing.outlook),
                **self._places[id(standing)],
            SURROUNDING_CODE_FEATURE: self.around.share,
            }  # fmt: skip
        rewrite = standing.rewrite
        operator, line = rewrite.operator, rewrite.line
        statement = self._statements.get(line, "other")
        found = {
            "preference": _log(standing.preference), "suspicion": _log(standing.suspicion),
            "outlook": _log(standing.outlook), "weight": _log(rewrite.weight),
            "crowd of its family": math.log(self._operators[operator]),
            "crowd of its line": math.log(self._lines[line]),
            f"family={operator}": 1.0, f"in={statement}": 1.0, f"family={operator} in={statement}": 1.0,
            f"outlook={_step(standing.outlook)}": 1.0, **self._places[id(standing)],
            SURROUNDING_CODE_FEATURE: self.around.share,
        }  # fmt: skip
        errors = self.around.kinds_of_error
        for error in errors:
            found[f"family={operator} error={error}"] = 1.0 / len(errors)
        if standing.suspicion == self._most:
            found["most suspicious"] = 1.0
        if line in self._raised:
            found["raised here"] = found[f"family={operator} raised here"] = 1.0
        if rewrite.edits:
            self._add_words(found, rewrite)
        return found

    def _add_words(self, found: Features, rewrite: Rewrite) -> None:
        """What the words tell that come and go."""
        made, around = self._wording.change(rewrite.edits), self.around
        gone, come = made.kinds()
        found |= {
            "words gone": math.log1p(len(made.gone)), "words come": math.log1p(len(made.come)),
            f"gone={gone}": 1.0, f"come={come}": 1.0, f"gone={gone} come={come}": 1.0,
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


def _places(standings: Sequence[RankedRewrite]) -> dict[int, Features]:
    """The place of each in its family, and among those of it at its line: by the standing's identity.

    They are much alike. Where the first of them fail the next will, so others had better take turns with them.
    """
    in_operator: Counter[str] = Counter()
    at_line: Counter[tuple[str, int]] = Counter()
    found = {}
    for one in sorted(standings, key=lambda one: -one.prior_score):
        operator, line = one.rewrite.operator, one.rewrite.line
        in_operator[operator] += 1
        at_line[operator, line] += 1
        places = in_operator[operator], at_line[operator, line]
        found[id(one)] = dict(zip(RANK_FEATURES, map(math.log, places), strict=True))
    return found


def _log(value: float) -> float:
    return math.log(max(value, LEAST))


def _step(value: float) -> int:
    """Values that differ by a factor of less than two, alike."""
    return round(math.log2(max(value, 1e-3)))
