"""The values that messages between the controller and a harness process hold.

Frozen dataclasses of the standard library. The codec evaluates their field types at run time, on Python 3.9 too, so
they are written `Optional[X]` and not `X | None`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NewType, Optional

JsonValue = NewType("JsonValue", object)
"""Any JSON value: what receives it checks it."""


@dataclass(frozen=True)
class Limit:
    """What one test may use: CPU seconds, and wall-clock seconds (against tests that sleep)."""

    cpu: float
    wall: float

    def grown(self, factor: float) -> Limit:
        """The limit times `factor`."""
        return Limit(self.cpu * factor, self.wall * factor)


@dataclass(frozen=True)
class UnitDescription:
    """How to compile the outermost function around the unit in its context.

    `prefix` holds the lines (class headers) to put before the function's source. `names` leads to its code object:
    class names, then the function's. `first_line` is its first line in `file`, decorators included. `futures` are
    the names that the file imports from `__future__`.
    """

    file: str
    prefix: str
    names: tuple[str, ...]
    first_line: int
    futures: tuple[str, ...]


@dataclass(frozen=True)
class ReadingRules:
    """What a process may read: the paths in `readable` with all below them, and the names of entries below `listed`."""

    readable: tuple[str, ...]
    listed: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConfinementRules:
    """What a confined process may do: see `Grants`. `reading` of `None` leaves all paths readable."""

    network: bool
    processes: bool
    attributes: bool
    writable: tuple[str, ...]
    reading: Optional[ReadingRules]


@dataclass(frozen=True)
class StandInRequest:
    """How the tests reach the unit in a subject process.

    The subject is at the other end of the socket `descriptor`. `unit` is the outermost function around the unit, `line`
    its first line, and `original` the unchanged text of its file. `subject_root` is the root of the subject's copy of
    the workspace, which lacks the paths `hidden`.
    """

    descriptor: int
    line: int
    unit: str
    original: str
    subject_root: str
    hidden: tuple[str, ...]


@dataclass(frozen=True)
class BytecodeFolders:
    """Folders with bytecode to read (`kept`), and the one to write new bytecode to (`own`), if there is one."""

    kept: tuple[str, ...]
    own: Optional[str]


@dataclass(frozen=True)
class CollectionBudget:
    """Test files are collected for `seconds`; files in `certain` always, and as many more as it takes for one test."""

    seconds: float
    certain: tuple[str, ...] = ()


@dataclass(frozen=True)
class CollectionError:
    """What pytest could not collect (`where`, a node id) and the end of what it printed about it."""

    where: str
    text: str


@dataclass(frozen=True)
class ProbeRequest:
    """Which run-time values of the unit to record.

    `lines` are the unit's first and last line in the file, and `entry` the line that begins a call. `points` maps a
    line to the source texts of expressions without side effects; `None` records lines, calls and types only.
    `last_calls` (by test) and `last_visits` (by test and line) are the counts of an earlier run, so that the last call
    and the last visit are recognized. With `branches` only that is recorded which the tests leave out of the unit.
    """

    lines: tuple[int, int]
    entry: int
    points: Optional[dict[int, tuple[str, ...]]] = None
    last_calls: dict[int, int] = field(default_factory=dict)
    last_visits: dict[int, dict[int, int]] = field(default_factory=dict)
    branches: bool = False


@dataclass(frozen=True)
class Region:
    """A part of a file: lines from 1, columns from 0 in UTF-8 bytes, the end column excluded."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class RunRequest:
    """Which tests to run, and how. `limits` maps the number of each test to its limit, in the order to run them.

    `failures_allowed` ends the run after one more failure than that: the other tests cannot change the decision.
    `early_stop` ends it after that many failures, if no test before passed. After `seconds` no further test begins;
    nor does one after `quiet` seconds in which no test reached the unit. `learn` reports which permissions the tests
    require, and runs them without confinement. `probe` records values of the unit, `trace_calls` the functions that
    each test calls. With `stacks` a test whose time is up reports where it was. For `marked_line` see `ColdJob`.
    `differential` then calls the unit with inputs that no test uses. A test fails if the unit swallows an assertion of
    it (see `TestEnded.swallowed`) that is not in `swallowed_before`, which holds those that the unchanged unit
    swallows; with `None` it does not fail for that.
    """

    limits: dict[int, Limit]
    failures_allowed: Optional[int] = None
    early_stop: Optional[int] = None
    seconds: Optional[float] = None
    quiet: Optional[float] = None
    learn: bool = False
    trace_calls: bool = False
    probe: Optional[ProbeRequest] = None
    differential: bool = False
    swallowed_before: Optional[tuple[str, ...]] = None
    stacks: bool = False
    marked_line: int = 0


@dataclass(frozen=True)
class FailureReport:
    """Type and message of the exception that ended a test, the line of the test, and the lines of the unit's file.

    `bases` are the names of the type's base classes, the nearest first. `variable` is the environment variable that was
    looked for in vain, if the exception comes from that.
    """

    kind: str
    message: str
    test_line: int = 0
    unit_lines: tuple[int, ...] = ()
    bases: tuple[str, ...] = ()
    variable: str = ""


@dataclass(frozen=True)
class CalledFunction:
    """A function of the project (file relative to its root, first line) and the numbers of the tests that call it."""

    file: str
    line: int
    tests: tuple[int, ...]
