"""What an instrumented run on the unchanged unit shows: covering tests, their outcomes, the types of names."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from reloc_lsp.evaluation.harness.protocol.records import LineReached, NotCollected, ProbeReport, RunBegins, TestEnded
from reloc_lsp.evaluation.reports import ChildReport
from reloc_lsp.search.verdict import Outcome, TestResult

ENDED_BY_FORCE = (Outcome.TIMEOUT, Outcome.DIED)
"""Outcomes of a test after which its process was gone."""
FAILING = (Outcome.FAILED, *ENDED_BY_FORCE)
"""Outcomes that a revision should change."""


@dataclass(frozen=True)
class Unseen:
    """Numbers of what the time did not suffice for: collected tests that were not run, and files not collected."""

    tests: int = 0
    files: int = 0

    def __bool__(self) -> bool:
        return bool(self.tests or self.files)

    def __str__(self) -> str:
        counts = ((self.tests, "other tests"), (self.files, "other files of tests"))
        return " and ".join(f"{count:,} {what}" for count, what in counts if count)


@dataclass
class CoverageRun:
    """The result of instrumented runs of tests on the unchanged unit.

    `results` and `lines` (the lines of the unit that a test runs) are by test number, `calls` counts calls of the unit
    by test number, `types` holds type names by the unit's names. `permissions` are those that the tests require, and
    `missing` the paths that they look for in vain beside the copy. `errors` are errors of collecting the tests again;
    `begun` is true if a test was run after that. `at_import` is true if the unit runs while modules are imported.
    `swallowed` are the assertions that the unit swallows (see `TestEnded`). `unseen` is what the time did not suffice
    for.
    """

    results: dict[int, TestResult] = field(default_factory=dict)
    lines: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    types: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    calls: dict[int, int] = field(default_factory=dict)
    permissions: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    begun: bool = False
    at_import: bool = False
    swallowed: set[str] = field(default_factory=set)
    unseen: Unseen = field(default_factory=Unseen)

    def add(self, report: ChildReport) -> None:
        """Add the report of one child process."""
        self.results |= report.results
        self.permissions |= report.permissions
        self.missing |= report.missing
        self.begun |= report.last(RunBegins) is not None
        self.errors += [record.error.text for record in report.all(NotCollected)]
        self.swallowed.update(*(record.swallowed for record in report.all(TestEnded)))
        for record in report.all(LineReached):
            if record.test is None:
                self.at_import = True
            else:
                self.lines[record.test].add(record.line)
        probe = report.last(ProbeReport)
        if probe is not None:
            for name, types in probe.types.items():
                self.types[name].update(types)
            self.calls |= probe.calls

    @property
    def covering(self) -> list[int]:
        """Numbers of the tests that run the unit and have an outcome, sorted."""
        return sorted(number for number in self.results if self.lines.get(number))

    @property
    def failing(self) -> list[int]:
        """Covering tests that do not pass."""
        return [n for n in self.covering if self.results[n].outcome in FAILING]
