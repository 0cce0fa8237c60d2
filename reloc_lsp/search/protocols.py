"""The seams of the search: what it asks of the rooms above it, which never see each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.verdict import Verdict


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

    async def reward(self, task: Task, candidates: Sequence[Candidate]) -> Sequence[float]:
        """One value per candidate, higher is nearer."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the unit at which expressions are evaluated: before the statement at `line` (of the file).

    For the condition of an `elif` or `while`, the moment before that condition is evaluated.
    """

    line: int
    expressions: tuple[str, ...]


@dataclass(frozen=True)
class Values:
    """What expressions were worth at sites while the tests ran.

    `vectors[line][expression]` holds one small number per visit of the site: equal numbers at one site mean
    equal values and types; -1 means that evaluation raised. `blame[line]` says for each visit how likely it is
    at fault: 1 in the last call of a failing test, less in its earlier calls, 0 in a passing test.
    `truth[line]` maps a number to the truth of its value.
    """

    vectors: Mapping[int, Mapping[str, tuple[int, ...]]] = field(default_factory=dict)
    blame: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    truth: Mapping[int, Mapping[int, bool]] = field(default_factory=dict)

    def moved(self, by: int) -> Values:
        """The same with lines counted from elsewhere."""
        tables = (self.vectors, self.blame, self.truth)
        vectors, blame, truth = ({line + by: row for line, row in table.items()} for table in tables)
        return Values(vectors, blame, truth)  # type: ignore[arg-type]


class ValueProbe(Protocol):
    """Looks into the running unit."""

    async def values(self, source: str, entry: int, lines: tuple[int, int], sites: Sequence[Site]) -> Values:
        """Run the tests on the unit's lines `source` and evaluate expressions (free of effects) at the sites.

        `entry` is the file's line of the unit's first statement, `lines` the file's lines that `source` takes up.
        """
        ...
