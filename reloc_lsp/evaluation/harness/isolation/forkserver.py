"""One child process per candidate, watched and ended from outside.

The server never runs a candidate itself. A child reports one framed record per test over its own pipe, each with
a nonce of this child; exit codes and output are not read. Every child leads a process group that is killed when the
child is done, so that what it started ends with it.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import secrets
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from typing import NoReturn, Union

from ..protocol.codec import encode, kind_of
from ..protocol.messages import (
    Alive,
    Broken,
    Cancel,
    ChildEnd,
    Command,
    ConfinementRules,
    Ping,
    Quit,
    RawRecord,
    Record,
    Run,
    RunBatch,
    RunBegins,
    RunEnded,
    RunReply,
    Send,
    SetConfinement,
    Setup,
    TestEnded,
)
from ..protocol.wire import Wire
from .audit_events import AuditListener
from .confinement import Confinement
from .remove_tree import remove_tree

with contextlib.suppress(ImportError):  # Windows, where this module is imported and its server never runs
    import resource

POLL_SECONDS = 0.01
RECORD_LIMIT = 8 << 20
DEEPEST_RECORD = 50
MORE_MEMORY = 4 << 30
Prctl = Callable[..., int]
Request = Union[Run, RunBatch]
RunChild = Callable[[Request, Send, str], None]
RUN_BEGINS, TEST_ENDED, RUN_ENDED, BROKEN = map(kind_of, (RunBegins, TestEnded, RunEnded, Broken))
"""The kinds of records that the server acts on. It forwards all records as they are: the controller decodes them."""


class Child:
    """A running child: its request, its pipe, and the test it is in."""

    def __init__(self, pid: int, reader: int, request: Request, nonce: str, folder: str) -> None:
        self.pid = pid
        self.reader = reader
        self.id = request.id
        self._limits = list(request.request.limits.values())
        self.nonce = nonce
        self.folder = folder
        self.parts: list[bytes] = []
        self.bytes = 0
        self.records: list[RawRecord] = []
        self.started = False
        self.position = 0
        self.finished = False
        self.cpu = 0.0
        self.test_cpu = 0.0
        self.test_started = time.monotonic()

    def limits(self) -> tuple[float, float]:
        """(CPU seconds, wall seconds) that the test now running may take; the start of the child has its own."""
        if not self.started or self.position >= len(self._limits):
            return 10.0, 30.0
        limit = self._limits[self.position]
        return limit.cpu, limit.wall


class ForkServer:
    """Serves the controller's commands: a `Run` or `RunBatch` in, a `RunReply` out."""

    def __init__(self, wire: Wire, setup: Setup, run_child: RunChild) -> None:
        self.wire = wire
        self.run_child = run_child
        own = os.path.join(setup.scratch, "children", str(os.getpid()))
        self.folders = [os.path.join(own, str(number)) for number in range(max(1, setup.workers))]
        for folder in self.folders:
            os.makedirs(folder)
        self.free = list(self.folders)
        self.walls: Confinement | None = None
        self._build(setup.confinement)
        self.children: dict[int, Child] = {}
        self.waiting: list[Request] = []
        self.prctl = load_prctl()
        self.memory = most_memory()  # asked once: a child has little time, and each page it touches costs some

    def serve(self) -> None:
        """Serve until the controller is gone, then leave no process behind."""
        gc.collect()
        gc.freeze()
        become_subreaper(self.prctl)
        try:
            while self._turn():
                pass
        finally:
            for child in list(self.children.values()):
                self._end(child, None)

    def _turn(self) -> bool:
        readers = [self.wire.fileno(), *self.children]
        ready, _, _ = select.select(readers, [], [], POLL_SECONDS if self.children else None)
        if self.wire.fileno() in ready:
            command = self.wire.receive(Command)
            if command is None or isinstance(command, Quit):
                return False
            self._obey(command)
        for child in [self.children[fd] for fd in ready if fd in self.children]:
            self._read(child)
        for child in list(self.children.values()):
            self._watch(child)
        while self.waiting and self.free:
            self._start(self.waiting.pop(0))
        return True

    def _obey(self, command: Command) -> None:
        if isinstance(command, (Run, RunBatch)):
            self.waiting.append(command)
        elif isinstance(command, SetConfinement):
            self._build(command.confinement)
        elif isinstance(command, Cancel):
            self._cancel()
        elif isinstance(command, Ping):
            self.wire.send(Alive())

    def _build(self, rules: ConfinementRules | None) -> None:
        """The walls of all children from now on."""
        if self.walls is not None:
            self.walls.close()
        self.walls = None if rules is None else Confinement(rules, self.folders)

    def _cancel(self) -> None:
        self.waiting.clear()
        for child in list(self.children.values()):
            self._end(child, None)

    def _start(self, request: Request) -> None:
        reader, writer = os.pipe()
        nonce = secrets.token_hex(8)
        folder = self.free.pop()
        pid = os.fork()
        if pid == 0:
            self._child(reader, writer, request, nonce, folder)
        os.close(writer)
        os.set_blocking(reader, False)
        self.children[reader] = Child(pid, reader, request, nonce, folder)

    def _child(self, reader: int, writer: int, request: Request, nonce: str, folder: str) -> NoReturn:
        """In the child: never returns."""
        leave = os._exit
        try:
            os.close(reader)
            self.wire.close()
            for other in self.children:
                os.close(other)
            prepare_child(self.prctl, self.memory)
            send = Records(writer, nonce)
            os.environ["TMPDIR"] = tempfile.tempdir = folder
            if request.request.learn:
                AuditListener(send, folder).install()
            elif self.walls is not None:
                self.walls.apply(folder)
            self.run_child(request, send, os.path.join(folder, "pytest"))
            send(RunEnded())
        except BaseException as error:
            send = Records(writer, nonce)
            send(Broken(f"{type(error).__name__}: {error}"[:500]))
        finally:
            leave(0)

    def _read(self, child: Child) -> None:
        try:
            data = os.read(child.reader, 1 << 16)
        except BlockingIOError:
            return
        if not data:
            self._end(child, "done" if child.finished else "died")
            return
        child.bytes += len(data)
        child.parts.append(data)
        if child.bytes > RECORD_LIMIT * 2:
            self._end(child, "garbled")
            return
        if b"\n" not in data:
            return
        *lines, rest = b"".join(child.parts).split(b"\n")
        child.parts = [rest]
        for line in lines:
            record = open_record(line, child.nonce)
            if record is None:
                self._end(child, "garbled")
                return
            self._take(child, record)
        if child.finished:
            self._end(child, "done")

    def _take(self, child: Child, record: RawRecord) -> None:
        kind = record.get("kind")
        if kind in (RUN_ENDED, BROKEN):
            child.finished = True
            if kind == RUN_ENDED:
                return
        child.records.append(record)
        if kind in (TEST_ENDED, RUN_BEGINS):
            child.started = True
            child.position = child.position + 1 if kind == TEST_ENDED else 0
            child.test_cpu = cpu_seconds(child.pid)
            child.test_started = time.monotonic()

    def _watch(self, child: Child) -> None:
        cpu, wall = child.limits()
        used = cpu_seconds(child.pid)
        child.cpu = max(child.cpu, used)
        late = time.monotonic() - child.test_started
        if used - child.test_cpu > cpu or late > wall:
            self._end(child, "timeout")

    def _end(self, child: Child, how: ChildEnd | None) -> None:
        """End a child and report it to the controller; without `how` it is not reported."""
        if self.children.pop(child.reader, None) is None:
            return
        child.cpu = max(child.cpu, cpu_seconds(child.pid))
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(child.pid, signal.SIGKILL)
        os.close(child.reader)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child.pid, 0)
        reap_orphans({other.pid for other in self.children.values()})
        clear(child.folder)
        self.free.append(child.folder)
        if how is not None:
            self.wire.send(RunReply(child.id, tuple(child.records), how, child.cpu))


class Records:
    """What a child says: one line per record, with the child's nonce. Holds everything it needs privately."""

    def __init__(self, fd: int, nonce: str, write: Callable[[int, bytes], int] = os.write) -> None:
        self._fd = fd
        self._nonce = nonce.encode()
        self._write = write

    def __call__(self, record: Record) -> None:
        """Send one record."""
        data = self._nonce + encode(record)[:RECORD_LIMIT] + b"\n"
        while data:
            data = data[self._write(self._fd, data) :]


def open_record(line: bytes, nonce: str) -> RawRecord | None:
    """The record in `line`, or `None` where it is not one of this child's."""
    mark = nonce.encode()
    if not line.startswith(mark):
        return None
    try:
        record = json.loads(line[len(mark) :])
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and not is_deep(line, record) else None


def is_deep(line: bytes, record: object) -> bool:
    """Whether a record is nested so deeply that it could not be sent on; none of ours is."""
    if line.count(b"[") + line.count(b"{") <= DEEPEST_RECORD:
        return False
    level = [record]
    for _ in range(DEEPEST_RECORD):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return False
    return True


def _inside(value: object) -> list[object]:
    found = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [inner for inner in found if isinstance(inner, (dict, list))]


def prepare_child(prctl: Prctl, memory: int) -> None:
    """Give a child its own process group, the end of its parent as its own, bounds on resources, and no output."""
    os.setpgid(0, 0)
    die_with_parent(prctl)
    limit_resources(memory)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.close(null)


def limit_resources(memory: int) -> None:
    """Bound the files of this process and its `memory` (bytes, 0 for no bound), where the system can."""
    if not hasattr(os, "fork"):
        return
    for name, value in (("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 64 << 20), ("RLIMIT_NOFILE", 1024)):
        limit = getattr(resource, name)
        _, hard = resource.getrlimit(limit)
        if hard == resource.RLIM_INFINITY or value < hard:
            resource.setrlimit(limit, (value, value))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if memory and (hard == resource.RLIM_INFINITY or memory < hard):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def most_memory() -> int:
    """What the address space of this process may come to, in bytes; 0 where the system does not tell its size."""
    if not (hasattr(os, "fork") and sys.platform.startswith("linux")):
        return 0
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize() + MORE_MEMORY


def load_prctl() -> Prctl:
    """Linux's `prctl`, loaded once before the forks; elsewhere something that does nothing."""
    if sys.platform.startswith("linux"):
        return ctypes.CDLL(None, use_errno=True).prctl
    return lambda *_: 0


def die_with_parent(prctl: Prctl) -> None:
    """Linux: this process is killed when the one that forked it ends."""
    prctl(1, signal.SIGKILL, 0, 0, 0)


def become_subreaper(prctl: Prctl) -> None:
    """Linux: processes orphaned below this one become its children, so that they can be found and killed."""
    prctl(36, 1, 0, 0, 0)


def reap_orphans(keep: set[int]) -> None:
    """Kill and collect processes that became ours when a child ended, all but those in `keep` (Linux only)."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            pids = [int(pid) for pid in file.read().split()]
    except OSError:
        return
    for pid in pids:
        if pid not in keep:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError, PermissionError):
                pass


def clear(folder: str) -> None:
    """Empty a folder and keep it: the rights of the next child to it hang on this very folder."""
    if os.path.islink(folder):
        os.unlink(folder)
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o700)
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                os.chmod(entry.path, 0o700)
                remove_tree(entry.path)
            else:
                os.unlink(entry.path)


def cpu_seconds(pid: int) -> float:
    """CPU seconds used by process `pid` so far; 0 where the system cannot say."""
    try:
        # POSIX encodes a process's CPU clock as (~pid << 3) | 2 on Linux (clock_getcpuclockid).
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0
