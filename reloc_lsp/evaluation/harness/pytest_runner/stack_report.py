"""Where a test is when its time is up: its stack, which it reports before the fork server ends its process."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Protocol

from ..isolation.process_limits import STACK_SIGNAL
from ..protocol.records import Record, Send, StoppedAt
from ..protocol.values import CalledFunction, FailureReport
from .failures import MAX_UNIT_LINES, is_same_file

MAX_FUNCTIONS = 20
"""Functions on the stack that are reported at most. Chosen by hand."""


class Reporting(Protocol):
    """What has found something, such as a probe."""

    def report(self) -> Record:
        """What was found so far."""
        ...


class StackReporter:
    """Answers `STACK_SIGNAL` with a record `StoppedAt`, after what the `probe` found so far.

    `root` is the copy of the workspace: only functions of its files are reported. `test` and `test_file` are set by the
    runner. A test that is busy in C code does not answer.
    """

    test = -1
    test_file = ""

    def __init__(self, send: Send, probe: Reporting | None, root: str, unit_file: str) -> None:
        self.send = send
        self.probe = probe
        self.root = os.path.realpath(root) + os.sep
        self.unit_file = unit_file

    def install(self) -> None:
        """Answer the signal from now on."""
        signal.signal(STACK_SIGNAL, self._answer)

    def _answer(self, _: int, frame: FrameType | None) -> None:
        sys.settrace(None)  # a trace of calls would go on with those made here
        if self.probe is not None:
            self.send(self.probe.report())
        stacks = [list(_outwards(start)) for start in _all_threads(frame)]
        own = [(frame, name) for stack in stacks for frame in stack if (name := self._name(frame))]
        functions = [CalledFunction(name, frame.f_code.co_firstlineno, (self.test,)) for frame, name in own]
        self.send(StoppedAt(self._failure(stacks), tuple(dict.fromkeys(functions))[:MAX_FUNCTIONS]))

    def _failure(self, stacks: Sequence[Sequence[FrameType]]) -> FailureReport:
        """The lines of the first thread that is in the unit's file, and of the test."""
        in_unit: list[int] = []
        for stack in stacks:
            in_unit = in_unit or [f.f_lineno for f in stack if is_same_file(f.f_code.co_filename, self.unit_file)]
        in_test = [f.f_lineno for f in stacks[0] if f.f_code.co_filename == self.test_file]
        places = [
            f"{name}:{frame.f_lineno} in {frame.f_code.co_name}"
            for stack in stacks for frame in stack if (name := self._name(frame))
        ]  # fmt: skip
        lines = tuple(reversed(in_unit[:MAX_UNIT_LINES]))
        return FailureReport("Timeout", places[0] if places else "", in_test[0] if in_test else 0, lines)

    def _name(self, frame: FrameType) -> str:
        """The file of a frame, relative to the project; empty if it is not the project's."""
        file = frame.f_code.co_filename
        real = os.path.realpath(file) if os.path.isabs(file) else ""
        return os.path.relpath(real, self.root) if real.startswith(self.root) else ""


def _all_threads(main: FrameType | None) -> list[FrameType]:
    """The innermost frame of every thread, the main thread's first."""
    others = [frame for thread, frame in sys._current_frames().items() if thread != threading.main_thread().ident]
    return [*filter(None, [main]), *others]


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
