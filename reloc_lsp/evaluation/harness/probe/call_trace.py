"""Which functions of the project each test calls: suspects for the unit to revise are found by this."""

from __future__ import annotations

import os
import sys
import threading
from types import CodeType, FrameType

from ..protocol.records import CallsReport
from ..protocol.values import CalledFunction


class CallTrace:
    """Records the functions that tests call, in all threads that start meanwhile."""

    reached = True

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root) + os.sep
        self.calls: dict[CodeType, set[int]] = {}
        self.test = -1

    def begin(self, test: int) -> None:
        """A test begins: record its calls from now on."""
        self.test = test
        sys.settrace(self._trace)
        threading.settrace(self._trace)

    def compared(self, operator: str, left: object, right: object) -> None:
        """Ignore what a test compares."""

    def end(self, error: BaseException | None) -> None:
        """Ignore how the test ended."""

    def _trace(self, frame: FrameType, event: str, argument: object) -> None:
        self.calls.setdefault(frame.f_code, set()).add(self.test)

    def report(self) -> CallsReport:
        """Every function in the files of the project that was called."""
        found = []
        for code, tests in list(self.calls.items()):
            # Code without a file has a name like "<string>".
            file = os.path.realpath(code.co_filename) if os.path.isabs(code.co_filename) else ""
            if file.startswith(self.root):
                name = os.path.relpath(file, self.root)
                found.append(CalledFunction(name, code.co_firstlineno, tuple(sorted(tests))))
        return CallsReport(tuple(found))
