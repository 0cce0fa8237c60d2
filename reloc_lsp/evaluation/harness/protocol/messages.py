"""Every message between the controller (reloc_lsp) and a harness process.

All are frozen dataclasses, so that both sides read the same fields. They need the standard library only, and Python
3.9: the codec evaluates the field types at run time, so they are written `Optional[X]` and not `X | None`.

A conversation begins with `Hello` from the harness, and `Setup` and one `Job` from the controller. The jobs `WarmJob`
and `FreshJob` start a fork server, which answers each `Command` of the controller. `ColdJob` and `CollectionJob` run
once. What the processes that run tests report is in `records.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Optional

from .test_ids import WantedTest
from .values import (
    BytecodeFolders,
    CollectionBudget,
    CollectionError,
    ConfinementRules,
    ProbeRequest,
    ReadingRules,
    RunRequest,
    StandInRequest,
    UnitDescription,
)

PROTOCOL = 3
"""Version of the messages. Raise it with every change of them: controller and harness must agree on it."""

ChildEnd = Literal["done", "timeout", "died", "garbled"]
"""How a child of the fork server ended: by itself, over a limit, by a crash, or with a record that is none of ours."""
MARK = ".reached"
"""What is added to the name of the unit's file to name the file that the marked unit leaves."""
RawRecord = dict[str, object]
"""A record as JSON, not yet decoded: candidates ran in the process that sent it."""


@dataclass(frozen=True)
class Message:
    """Something one side sends. On the wire, its key `kind` is the name of its class."""


class Job(Message):
    """What a harness process is for. `name` is the module of `room` that does it, and the name of its log."""

    name: ClassVar[str]
    room: ClassVar[str] = "pytest_runner"


class Command(Message):
    """What the controller sends to a fork server."""


# The start of a conversation


@dataclass(frozen=True)
class Hello(Message):
    """The harness has started, and speaks this version of the protocol."""

    protocol: int


@dataclass(frozen=True)
class Setup(Message):
    """What every harness process needs to know.

    `root` is the copy of the workspace to work in, `origin` the workspace itself, `scratch` a folder for this process
    beside the copy. A fork server has at most `workers` children at a time. Without `confinement` none is applied.
    `reading` is what this process and all that it starts may read; `None` for everything.
    """

    root: str
    origin: str
    scratch: str
    workers: int
    confinement: Optional[ConfinementRules]
    bytecode: BytecodeFolders
    reading: Optional[ReadingRules] = None


@dataclass(frozen=True)
class WarmJob(Job):
    """Collect `selection` (files or node ids) and serve; each child swaps the unit's code. Answered by `Collected`."""

    name: ClassVar[str] = "warm"
    selection: tuple[str, ...]
    unit: Optional[UnitDescription]
    budget: Optional[CollectionBudget]


@dataclass(frozen=True)
class FreshJob(Job):
    """Import the modules `preload` and serve; each child imports the project. Answered by `Ready`."""

    name: ClassVar[str] = "fresh"
    tests: tuple[str, ...]
    unit_file: str
    preload: tuple[str, ...]


@dataclass(frozen=True)
class ColdJob(Job):
    """Run one pytest session on the code in `root`; its records carry `nonce`.

    `tests` are those to run, `selection` the files that hold them. `backwards` runs the last test
    first. `guarded_lines` are the unit's first and last line, if what it returns is to be checked for objects that
    deceive comparisons. `more_recursion` lets functions call each other deeper than usual. `swallowed_before` is that
    of `RunRequest`. With a `marked_line` the unit leaves the file `unit_file` + `MARK` where it runs, in whichever
    process: then a test reached that line. With a `stand_in` the unit itself runs in a subject process.
    """

    name: ClassVar[str] = "cold"
    nonce: str
    tests: tuple[WantedTest, ...]
    selection: tuple[str, ...]
    unit_file: str
    failures_allowed: Optional[int] = None
    trace_calls: bool = False
    probe: Optional[ProbeRequest] = None
    backwards: bool = False
    more_recursion: bool = False
    guarded_lines: Optional[tuple[int, int]] = None
    swallowed_before: Optional[tuple[str, ...]] = None
    marked_line: int = 0
    stand_in: Optional[StandInRequest] = None


@dataclass(frozen=True)
class SubjectJob(Job):
    """Run the unit of `unit_file` for the test process at the other end of the socket `descriptor`.

    `unit` is the outermost function around the unit, and `line` its first line. Files may be written in `temporary`,
    the folder for temporary files of the test process.
    """

    name: ClassVar[str] = "subject"
    room: ClassVar[str] = "outside"
    descriptor: int
    unit_file: str
    line: int
    unit: str
    temporary: str


@dataclass(frozen=True)
class CollectionJob(Job):
    """Collect `selection` and run nothing. `learn` reports which permissions that requires. See `Collected`."""

    name: ClassVar[str] = "collection"
    selection: tuple[str, ...]
    learn: bool = False


# Commands to a fork server


@dataclass(frozen=True)
class Run(Command):
    """Run tests in one child. Answered by `RunReply` with the same `id`.

    `version` is the source to run: the outermost function's for a warm server (`None` runs the code as it is), the
    whole file's for a fresh one.
    """

    id: int
    version: Optional[str]
    request: RunRequest


@dataclass(frozen=True)
class RunBatch(Command):
    """Run tests on each of `versions` in one child, then the first `canary` of them on the unchanged unit."""

    id: int
    versions: tuple[str, ...]
    canary: int
    request: RunRequest


@dataclass(frozen=True)
class SetConfinement(Command):
    """Apply this confinement to every child that starts later; `None` for none."""

    confinement: Optional[ConfinementRules]


class Cancel(Command):
    """End the running children and forget the waiting requests; none of them is answered."""


class Ping(Command):
    """Show that the server is alive. Answered by `Alive`."""


class Quit(Command):
    """End the children and the process."""


# Answers of the harness


@dataclass(frozen=True)
class Collected(Message):
    """The node ids that pytest collected, the file of each, and errors.

    Of a warm server also: `skipped_files`, for which the budget did not last; how many live `functions` have the
    unit's code; how many `threads` the process has; and the imported `modules` that are not the project's.
    """

    tests: tuple[str, ...]
    files: tuple[str, ...]
    errors: tuple[CollectionError, ...]
    skipped_files: tuple[str, ...] = ()
    functions: int = 0
    threads: int = 1
    modules: tuple[str, ...] = ()


@dataclass(frozen=True)
class CollectionFailed(Message):
    """pytest ended with exit status `status` before all was collected."""

    status: int
    errors: tuple[CollectionError, ...]


@dataclass(frozen=True)
class Ready(Message):
    """A fresh server awaits commands; it has so many `threads`."""

    threads: int = 1


class Alive(Message):
    """The answer to `Ping`."""


@dataclass(frozen=True)
class RunReply(Message):
    """What a child reported, how it ended, and the CPU seconds it used."""

    id: int
    records: tuple[RawRecord, ...]
    ended: ChildEnd
    cpu: float


@dataclass(frozen=True)
class StampedRecord(Message):
    """A record of a cold run with that run's nonce."""

    nonce: str
    record: RawRecord
