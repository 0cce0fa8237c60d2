"""What a first look at the unchanged unit shows: which tests reach it, how they end, which types its names have."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from reloc_lsp.evaluation.harness.protocol.messages import LineReached, NotCollected, ProbeReport, RunBegins
from reloc_lsp.evaluation.reports import ChildReport
from reloc_lsp.search.verdict import Outcome, TestResult

ENDED_BY_FORCE = (Outcome.TIMEOUT, Outcome.DIED)
FAILING = (Outcome.FAILED, *ENDED_BY_FORCE)


@dataclass(frozen=True)
class Unseen:
    """How many collected tests were not run, and how many files that may have more were not even collected."""

    tests: int = 0
    files: int = 0

    def __bool__(self) -> bool:
        return bool(self.tests or self.files)

    def __str__(self) -> str:
        counts = ((self.tests, "other tests"), (self.files, "other files of tests"))
        return " and ".join(f"{count:,} {what}" for count, what in counts if count)


@dataclass
class CoverageRun:
    """What one instrumented run of tests on the unchanged unit showed, by test number.

    `permissions` are those that they require, `unseen` what was not run for want of time. `errors` are those of
    collecting them anew, and whether that came to an end says `begun`.
    """

    results: dict[int, TestResult] = field(default_factory=dict)
    lines: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    types: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    calls: dict[int, int] = field(default_factory=dict)
    permissions: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    begun: bool = False
    at_import: bool = False
    unseen: Unseen = field(default_factory=Unseen)

    def add(self, report: ChildReport) -> None:
        """Take in what one child said."""
        self.results |= report.results
        self.permissions |= report.permissions
        self.begun |= report.last(RunBegins) is not None
        self.errors += [record.error.text for record in report.all(NotCollected)]
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
        """Tests that reached the unit and have a verdict, in order of number."""
        return sorted(number for number in self.results if self.lines.get(number))

    @property
    def failing(self) -> list[int]:
        """Covering tests that do not pass."""
        return [n for n in self.covering if self.results[n].outcome in FAILING]
