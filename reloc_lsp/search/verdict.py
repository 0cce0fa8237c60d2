"""Test results: the outcome of each test for one candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Outcome(StrEnum):
    """How one test ended: pytest's outcomes, and the ways in which a process can end."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    TIMEOUT = "timeout"
    DIED = "died"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a test failed: the exception's type, the first line of its message, and where it was raised.

    `test_line` is the line of the test's file that was running (0 if unknown). `unit_lines` are the lines of the
    unit's file in the traceback, outermost first. `bases` are the names of the type's base classes, nearest first.
    `variable` is the environment variable that was looked for in vain, if the exception comes from that.
    `trusted` is true where the failure is a finding of ReLoc and not the report of a process that ran a candidate.
    """

    kind: str
    message: str = ""
    test_line: int = 0
    unit_lines: tuple[int, ...] = ()
    bases: tuple[str, ...] = ()
    variable: str = ""
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class TestResult:
    """The outcome of one test and its failure, if any. `seconds` are CPU seconds, `wall` wall-clock seconds.

    `stopped` says where a test was when its time was up: its message is a place, as `FILE:LINE in FUNCTION`.
    """

    __test__ = False

    outcome: Outcome
    seconds: float = 0.0
    failure: Failure | None = None
    wall: float = field(default=0.0, compare=False)
    stopped: Failure | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Verdict:
    """The result of each test by node id, in the order run. `NOT_RUN` are tests skipped by an early stop."""

    results: Mapping[str, TestResult]
    seconds: float = field(default=0.0, compare=False)

    @cached_property
    def passed(self) -> int:
        """Number of tests that passed."""
        return sum(result.outcome is Outcome.PASSED for result in self.results.values())

    @property
    def total(self) -> int:
        """Number of tests requested."""
        return len(self.results)

    @cached_property
    def complete(self) -> bool:
        """Whether every test was run."""
        return all(result.outcome is not Outcome.NOT_RUN for result in self.results.values())

    @cached_property
    def all_passed(self) -> bool:
        """Whether there are tests and every one of them passed."""
        return self.passed == self.total > 0

    @cached_property
    def possible_passes(self) -> int:
        """Upper bound of the number of tests that pass: those that passed and those that were not run."""
        return sum(r.outcome in (Outcome.PASSED, Outcome.NOT_RUN) for r in self.results.values())

    def outcome(self, test: str) -> Outcome:
        """The outcome of the test with that node id."""
        return self.results[test].outcome
