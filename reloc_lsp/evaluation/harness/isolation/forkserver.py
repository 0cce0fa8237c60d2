"""The fork server: one child process per candidate, watched and ended from outside.

The server itself never runs a candidate. A child reports one record per test through its own pipe. Its exit code and
its output are not read. Every child leads a process group, which is killed when the child is done, so that processes
that it started end with it.
"""

from __future__ import annotations

import gc
import os
import secrets
import select
import tempfile
from collections.abc import Callable
from typing import NoReturn

from ..protocol.messages import (
    Alive,
    Cancel,
    ChildEnd,
    Command,
    Ping,
    Quit,
    Run,
    RunBatch,
    RunReply,
    SetConfinement,
    Setup,
)
from ..protocol.records import Broken, RunEnded, Send
from ..protocol.values import ConfinementRules
from ..protocol.wire import Wire
from .audit_events import AuditListener
from .child_records import RecordSender
from .confinement import Confinement
from .missing_files import MissingFiles
from .process_limits import become_subreaper, kill_orphans, load_prctl, memory_limit, prepare_child
from .remove_tree import empty_directory
from .supervised_child import ChildProcess, Request

POLL_SECONDS = 0.01
"""How often the limits of running children are checked. Chosen by hand."""
MAX_ERROR_LENGTH = 500
"""Characters of an error of the harness in a child that are reported."""
RunChild = Callable[[Request, Send, str], None]
"""Runs a request in a child; receives the sender of records and the directory for `tmp_path`."""


class ForkServer:
    """Serves the controller's commands: a `Run` or `RunBatch` in, a `RunReply` out."""

    def __init__(self, wire: Wire, setup: Setup, run_child: RunChild) -> None:
        self._wire = wire
        self._setup = setup
        self._run_child = run_child
        parent = os.path.join(setup.scratch, "children", str(os.getpid()))
        self._directories = [os.path.join(parent, str(number)) for number in range(max(1, setup.workers))]
        for directory in self._directories:
            os.makedirs(directory)
        self._free = list(self._directories)
        self._confinement: Confinement | None = None
        self._set_confinement(setup.confinement)
        self._children: dict[int, ChildProcess] = {}
        self._waiting: list[Request] = []
        self._prctl = load_prctl()
        self._memory = memory_limit()  # measured once: a child has little time, and each page it touches costs some

    def serve(self) -> None:
        """Serve until the controller ends, then leave no process behind."""
        gc.collect()
        gc.freeze()
        become_subreaper(self._prctl)
        try:
            while self._serve_once():
                pass
        finally:
            self._end_all()

    def _serve_once(self) -> bool:
        """Wait for commands, records and limits, and handle them; false when the server is to end."""
        readers = [self._wire.fileno(), *self._children]
        ready, _, _ = select.select(readers, [], [], POLL_SECONDS if self._children else None)
        if self._wire.fileno() in ready:
            command = self._wire.receive(Command)
            if command is None or isinstance(command, Quit):
                return False
            self._handle(command)
        for child in [self._children[fd] for fd in ready if fd in self._children]:
            ended = child.read()
            if ended is not None:
                self._end(child, ended)
        for child in list(self._children.values()):
            if child.must_end():
                self._end(child, "timeout")
        while self._waiting and self._free:
            self._start(self._waiting.pop(0))
        return True

    def _handle(self, command: Command) -> None:
        if isinstance(command, (Run, RunBatch)):
            self._waiting.append(command)
        elif isinstance(command, SetConfinement):
            self._set_confinement(command.confinement)
        elif isinstance(command, Cancel):
            self._waiting.clear()
            self._end_all()
        elif isinstance(command, Ping):
            self._wire.send(Alive())

    def _set_confinement(self, rules: ConfinementRules | None) -> None:
        """Confine all children from now on; `None` for no confinement."""
        if self._confinement is not None:
            self._confinement.close()
        self._confinement = None if rules is None else Confinement(rules, self._directories)

    def _start(self, request: Request) -> None:
        reader, writer = os.pipe()
        nonce = secrets.token_hex(8)
        directory = self._free.pop()
        pid = os.fork()
        if pid == 0:
            self._run_in_child((reader, writer), request, nonce, directory)
        os.close(writer)
        os.set_blocking(reader, False)
        self._children[reader] = ChildProcess(pid, reader, request, nonce, directory)

    def _run_in_child(self, pipe: tuple[int, int], request: Request, nonce: str, directory: str) -> NoReturn:
        """Run the request in the child process, and exit."""
        leave = os._exit
        reader, writer = pipe
        try:
            os.close(reader)
            self._wire.close()
            for other in self._children:
                os.close(other)
            prepare_child(self._prctl, self._memory)
            send = RecordSender(writer, nonce)
            os.environ["TMPDIR"] = tempfile.tempdir = directory
            if request.request.learn:
                AuditListener(send, MissingFiles(send, self._setup), directory).install()
            elif self._confinement is not None:
                self._confinement.apply(directory)
            self._run_child(request, send, os.path.join(directory, "pytest"))
            send(RunEnded())
        except BaseException as error:
            send = RecordSender(writer, nonce)
            send(Broken(f"{type(error).__name__}: {error}"[:MAX_ERROR_LENGTH]))
        finally:
            leave(0)

    def _end(self, child: ChildProcess, how: ChildEnd | None) -> None:
        """End a child and report it to the controller; without `how` it is not reported."""
        if self._children.pop(child.pipe, None) is None:
            return
        child.kill()
        kill_orphans({other.pid for other in self._children.values()})
        empty_directory(child.directory)
        self._free.append(child.directory)
        if how is not None:
            self._wire.send(RunReply(child.id, tuple(child.records), how, child.cpu))

    def _end_all(self) -> None:
        for child in list(self._children.values()):
            self._end(child, None)
