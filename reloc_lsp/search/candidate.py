"""Tasks, candidates and the nodes of the search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from reloc_lsp.program.docstring_constants import told_constants
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
    """A unit to revise, the tests that judge it, what the unchanged unit did in them, and what for.

    `module` is the text of the whole file, `start` and `end` the offsets of the unit's lines in it, `first_line`
    the file's line (from 1) at which they begin. `test_literals` are values written in the tests' source, and
    `test_sources` the source of tests by their id, where a model is to read it.
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
    def told(self) -> tuple[str, ...]:
        """Constants that the unit's docstring speaks of."""
        return told_constants(self.source, self.test_literals)

    def file_with(self, source: str) -> str:
        """The whole file with the unit's lines replaced by `source`."""
        return self.module[: self.start] + source + self.module[self.end :]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One revision of the unit: its lines, who it came from and how.

    `origin` names the way it was made (a family of rewrites, a model's answer), `description` says it to a
    person, `prior` is the maker's estimate of how likely a person would write it (higher is likelier), tests aside.
    A candidate that is not `trusted` was written by a model. `features` are what is known of it before it
    is run, by name.
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
    """A judged candidate: `identity` counts from 0, the unchanged unit.

    `expansions` is the number of times it was a parent, `asked` that of the neighbours then asked for. `reward` tells
    the better of two that pass as many tests; where the objective is measured, it is above 0 for what is better than
    the unchanged unit.
    """

    identity: int
    candidate: Candidate
    verdict: Verdict
    score: Score
    reward: float = 0.0
    expansions: int = 0
    asked: int = 0
    exhausted: bool = False
    rejected: bool = False

    @property
    def green(self) -> bool:
        """Whether it passes every test and no later, fuller verification refused it."""
        return self.verdict.green and not self.rejected

    def reaches(self, objective: Objective) -> bool:
        """Whether it passes every test and is what the objective wants."""
        wanted = objective.repairs or self.identity > 0
        return self.verdict.green and wanted and (not objective.measured or self.reward > 0)
