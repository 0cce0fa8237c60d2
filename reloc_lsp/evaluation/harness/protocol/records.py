"""Every record: what a process that runs tests reports about them.

Records are messages (see `messages.py`). Candidates run in the process that sends them, so the controller believes a
record only if it decodes and carries the secret of its run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Optional

from .messages import Message
from .values import CalledFunction, CollectionError, FailureReport, Region

TestOutcome = Literal["passed", "failed", "skipped", "xfailed"]
"""How a test ended that did end, in pytest's terms."""


class Record(Message):
    """What a process that runs tests reports."""


Send = Callable[[Record], None]
"""Sends one record to the controller."""


@dataclass(frozen=True)
class RunBegins(Record):
    """The first test is about to run; the process has used `cpu` seconds so far."""

    cpu: float


@dataclass(frozen=True)
class TestBegins(Record):
    """A test is about to run (cold runs only)."""

    test: int


@dataclass(frozen=True)
class TestEnded(Record):
    """How a test ended, with the CPU seconds and wall-clock seconds it used.

    `swallowed` are the places (`file.py:line`) where an assertion failed that the unit swallowed.
    """

    test: int
    outcome: TestOutcome
    seconds: float
    wall: float
    failure: Optional[FailureReport]
    swallowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoppedAt(Record):
    """Where the test that runs was when its time was up, as the last record of a process.

    `functions` are those of the project that were on the stack, the innermost first.
    """

    failure: FailureReport
    functions: tuple[CalledFunction, ...]


@dataclass(frozen=True)
class CanaryEnded(Record):
    """How the test ended that must fail."""

    outcome: TestOutcome


@dataclass(frozen=True)
class LineReached(Record):
    """A test reached a line of the unit for the first time; without a `test` it was reached during import."""

    line: int
    test: Optional[int]


@dataclass(frozen=True)
class PermissionRequired(Record):
    """The tests require a permission: `network`, `processes`, `attributes`, or the path of a folder to write in."""

    permission: str


@dataclass(frozen=True)
class FileMissing(Record):
    """The tests look for a file or folder beside the copy of the workspace, and there is none at this path."""

    path: str


@dataclass(frozen=True)
class VariableMissing(Record):
    """The project's code looks for this environment variable, and it is not set here."""

    name: str


@dataclass(frozen=True)
class ProbeReport(Record):
    """What a probe recorded. Values of expressions are small numbers, equal for values that are equal.

    `types` maps names to the types their values had. `calls` counts calls per test, `counts` visits of each line in a
    test's last call. `visits` has, per line, each recorded visit: test, call, and one number per expression (-1: it
    raised). `truth` maps, per line, numbers to the truth of their values. `ended` maps a failing test to the line of
    its last return, and `answers`, per line and test, to the numbers of the values it expected there.
    """

    types: dict[str, tuple[str, ...]]
    calls: dict[int, int]
    counts: dict[int, dict[int, int]]
    visits: dict[int, tuple[tuple[Optional[int], int, tuple[int, ...]], ...]]
    truth: dict[int, dict[int, bool]]
    ended: dict[int, int]
    answers: dict[int, dict[int, tuple[int, ...]]]


@dataclass(frozen=True)
class OutsideReport(Record):
    """How a test called the unit through its stand-in.

    `fault` says why it cannot be judged from outside, if it cannot. `changed` are the names of the parameters and
    module variables whose values the unit changed in a call that returned something.
    """

    test: int
    fault: str
    changed: tuple[str, ...]


@dataclass(frozen=True)
class UnrunReport(Record):
    """The statements of the unit, and the parts of its expressions, that no test ran."""

    regions: tuple[Region, ...]


@dataclass(frozen=True)
class CallsReport(Record):
    """The functions that the tests called."""

    functions: tuple[CalledFunction, ...]


@dataclass(frozen=True)
class Unfit(Record):
    """A version cannot be swapped in, for this reason."""

    reason: str


@dataclass(frozen=True)
class NotCollected(Record):
    """Something could not be collected with this version."""

    error: CollectionError


@dataclass(frozen=True)
class DifferentialOutcome(Record):
    """What a version did with the input of that number: the call as one writes it, and its result in words."""

    input: int
    call: str
    result: str


@dataclass(frozen=True)
class Broken(Record):
    """The harness itself failed in the child."""

    error: str


@dataclass(frozen=True)
class RunEnded(Record):
    """The last record of a process that came to the end of its work; `cpu` seconds were used by a cold run."""

    cpu: float = 0.0
