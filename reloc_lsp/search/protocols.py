"""The seams of the search: what it asks of the rooms above it, which never see each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.objective import Measured
from reloc_lsp.search.verdict import Verdict

Row = TypeVar("Row")


class Evaluator(Protocol):
    """The workspace's tests as a judge of candidates."""

    async def evaluate(self, candidates: Sequence[Candidate], to_beat: int) -> Sequence[Verdict]:
        """Judge all candidates, concurrently; a run may stop once it cannot pass more than `to_beat` tests."""
        ...


class Neighborhood(Protocol):
    """Where neighbours come from: rewrites, or a model."""

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        """Up to `count` new neighbours of the parents; none means that the parents have no more."""
        ...

    def learn(self, node: Node) -> None:
        """Take note of how a neighbour fared."""
        ...


class Drafter(Protocol):
    """Starting points besides the unchanged unit."""

    async def draft(self, task: Task) -> Sequence[Candidate]:
        """Whole new versions of the unit."""
        ...


class Reward(Protocol):
    """How near a candidate is to a right one, beyond what its tests say (the paper's revision reward)."""

    async def reward(
        self, task: Task, candidates: Sequence[Candidate], verdicts: Sequence[Verdict], parents: Sequence[Node]
    ) -> Sequence[float]:
        """One value per candidate, higher is nearer; `parents` are the nodes they were made from."""
        ...


SURROUNDINGS = "surroundings"
"""The clue that tells, from 0 to 1, how much code there is around the unit to compare it with."""


PLACES = "place in its family", "place in its family at its line"
"""The clues that tell how many alike are thought better of: why to wait, and no sign of what is right."""


class Foresight(Protocol):
    """How promising a neighbour is before it is run, by what speaks for and against it."""

    def promise(self, features: Mapping[str, float]) -> float:
        """How likely it is to be right, as a logarithm; only differences count."""
        ...

    def belief(self, features: Mapping[str, float]) -> float:
        """The same, whatever was seen at run time: of two that pass, which would a person have written?"""
        ...

    def lesson(self, features: Mapping[str, float]) -> float:
        """What others like it, judged before it, add to its promise."""
        ...


class Measure(Reward, Protocol):
    """What an objective wants less of: its reward is above 0 for versions that have less than the unchanged unit."""

    async def measured(self, task: Task, source: str) -> Measured | None:
        """The unchanged unit beside a version, anew and as exactly as can be; `None` where a test does not pass."""
        ...


@dataclass(frozen=True, slots=True)
class ProgramPoint:
    """A place of the unit at which expressions are evaluated: before the statement at `line` (of the file).

    For the condition of an `elif` or `while`, the moment before that condition is evaluated.
    """

    line: int
    expressions: tuple[str, ...]


@dataclass(frozen=True)
class RuntimeValues:
    """What expressions were worth at sites while the tests ran.

    `vectors[line][expression]` holds one small number per visit of the site: equal numbers at one site mean
    equal values and types; -1 means that evaluation raised. `blame[line]` says for each visit how likely it is
    at fault: 1 in the last call of a failing test, less in its earlier calls, 0 in a passing test.
    `truth[line]` maps a number to the truth of its value.

    `last_calls[line]` names for each visit the failing test whose last call it is part of, or -1. Where it is known
    what such a test wanted that call to return, `ended` maps it to the line that returned something else, and
    `answers[line]` to the numbers whose values it wanted. `partial` are the lines that failing tests visit more often
    than was looked.
    """

    vectors: Mapping[int, Mapping[str, tuple[int, ...]]] = field(default_factory=dict)
    blame: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    truth: Mapping[int, Mapping[int, bool]] = field(default_factory=dict)
    last_calls: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    answers: Mapping[int, Mapping[int, frozenset[int]]] = field(default_factory=dict)
    ended: Mapping[int, int] = field(default_factory=dict)
    partial: frozenset[int] = frozenset()

    def moved(self, by: int) -> RuntimeValues:
        """The same with lines counted from elsewhere."""

        def shifted(table: Mapping[int, Row]) -> dict[int, Row]:
            return {line + by: row for line, row in table.items()}

        return RuntimeValues(
            shifted(self.vectors), shifted(self.blame), shifted(self.truth), shifted(self.last_calls),
            shifted(self.answers), {test: line + by for test, line in self.ended.items()},
            frozenset(line + by for line in self.partial),
        )  # fmt: skip


class ValueProbe(Protocol):
    """Looks into the running unit."""

    async def values(
        self, source: str, entry: int, lines: tuple[int, int], sites: Sequence[ProgramPoint]
    ) -> RuntimeValues:
        """Run the tests on the unit's lines `source` and evaluate expressions (free of effects) at the sites.

        `entry` is the file's line of the unit's first statement, `lines` the file's lines that `source` takes up.
        """
        ...
