"""What a search works on: the task, its candidates, and the nodes they become once they are evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from reloc_lsp.program.docstring_constants import constants_in_docstring
from reloc_lsp.search.objective import FIX, Objective
from reloc_lsp.search.verdict import Verdict

Score = tuple[float, ...]
"""Compared lexicographically, higher is better."""


@dataclass(frozen=True)
class FaultEvidence:
    """What running the unchanged unit showed.

    `suspicion` maps lines of the file that tests run to a score from 0 to 1; `types` maps a name of the unit to the
    names of the run-time types seen for it, and `*name` to those of the items of lists, tuples and sets that it held;
    `raised` maps a line to the exception that failing tests got from it.
    """

    suspicion: Mapping[int, float] = field(default_factory=dict)
    types: Mapping[str, frozenset[str]] = field(default_factory=dict)
    raised: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """A unit to revise, the tests that evaluate it, how the unchanged unit did in them, and the objective.

    `module` is the text of the whole file; `start` and `end` are the offsets of the unit's lines in it, and
    `first_line` is the line of the file (from 1) at which they begin. `verdict` is that of the unchanged unit.
    `test_literals` are the literals in the tests' source, as `repr` gives them. `test_sources` maps node ids to the
    source of tests; it is empty where no model is going to read it.
    """

    file: str
    qualname: str
    module: str
    start: int
    end: int
    first_line: int
    verdict: Verdict
    evidence: FaultEvidence = field(default_factory=FaultEvidence)
    test_literals: frozenset[str] = frozenset()
    test_sources: Mapping[str, str] = field(default_factory=dict)
    objective: Objective = FIX

    @property
    def source(self) -> str:
        """The unit's own lines, unchanged."""
        return self.module[self.start : self.end]

    @cached_property
    def docstring_constants(self) -> tuple[str, ...]:
        """Constants that the unit's docstring mentions, as `repr` gives them."""
        return constants_in_docstring(self.source, self.test_literals)

    def file_with(self, source: str) -> str:
        """The whole file with the unit's lines replaced by `source`."""
        return self.module[: self.start] + source + self.module[self.end :]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One revision of the unit, not evaluated yet.

    `source` are its lines; `origin` is what made it (a mutation operator, a model's reply); `description` describes
    the revision to a user. `parent` is the identity of the node it was made from, and `depth` the number of revisions
    between it and the unchanged unit. `prior` is its maker's estimate of how likely a person would write it, tests
    aside, as a log-likelihood. `trusted` is false for code written by a model. `features` are what is known of it
    before it is run, by name.
    """

    source: str
    origin: str
    description: str
    parent: int | None = None
    depth: int = 0
    prior: float = 0.0
    trusted: bool = False
    features: Mapping[str, float] = field(default_factory=dict, compare=False)


@dataclass(slots=True)
class Node:
    """An evaluated candidate. `identity` counts nodes from 0, the unchanged unit.

    `reward` decides between versions that pass equally many tests; for a measured objective it is above 0 if the
    version is better than the unchanged unit. `expansions` is the number of rounds in which the node was a parent,
    `requested` the number of neighbours requested in them. `exhausted` means that it has no more neighbours, and
    `rejected` that a later, fuller verification refused it.
    """

    identity: int
    candidate: Candidate
    verdict: Verdict
    score: Score
    reward: float = 0.0
    expansions: int = 0
    requested: int = 0
    exhausted: bool = False
    rejected: bool = False

    @property
    def all_passed(self) -> bool:
        """Whether it passes every test and is not rejected."""
        return self.verdict.all_passed and not self.rejected

    def meets(self, objective: Objective) -> bool:
        """Whether it passes every test and, if the objective is measured, is better than the unchanged unit.

        For an objective that does not repair, the unchanged unit itself does not count.
        """
        wanted = objective.repairs or self.identity > 0
        return self.verdict.all_passed and wanted and (not objective.is_measured or self.reward > 0)
