"""What the tests said about one candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Outcome(StrEnum):
    """How one test ended, in pytest's terms, with the ways a process can end added."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    TIMEOUT = "timeout"
    DIED = "died"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a test failed: exception type, first line of its message, and where it was raised.

    `test_line` is the line of the test's own file that was running (0 if unknown); `unit_lines` are the lines
    of the unit's file in the traceback, outermost first.
    """

    kind: str
    message: str = ""
    test_line: int = 0
    unit_lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TestResult:
    """Outcome of one test, the CPU seconds it took, its failure if it has one, and the wall-clock seconds it took."""

    __test__ = False

    outcome: Outcome
    seconds: float = 0.0
    failure: Failure | None = None
    wall: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Verdict:
    """An outcome per test id, in the order run; tests left out because the rest was decided are `NOT_RUN`."""

    results: Mapping[str, TestResult]
    seconds: float = field(default=0.0, compare=False)

    @cached_property
    def passed(self) -> int:
        """Number of tests that passed."""
        return sum(result.outcome is Outcome.PASSED for result in self.results.values())

    @property
    def total(self) -> int:
        """Number of tests asked for."""
        return len(self.results)

    @cached_property
    def complete(self) -> bool:
        """Whether every test was run."""
        return all(result.outcome is not Outcome.NOT_RUN for result in self.results.values())

    @cached_property
    def green(self) -> bool:
        """Whether every test passed."""
        return self.passed == self.total > 0

    @cached_property
    def at_most(self) -> int:
        """How many tests may pass at the most: those that did, and those not run."""
        return sum(r.outcome in (Outcome.PASSED, Outcome.NOT_RUN) for r in self.results.values())

    def outcome(self, test: str) -> Outcome:
        """Outcome of the test with that id."""
        return self.results[test].outcome
