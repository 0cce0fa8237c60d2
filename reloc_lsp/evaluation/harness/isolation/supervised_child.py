"""A child process as the fork server sees it: what it sends, the test it runs, and the limits of that test."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import Union

from ..protocol.codec import kind_of
from ..protocol.messages import ChildEnd, RawRecord, Run, RunBatch
from ..protocol.records import Broken, RunBegins, RunEnded, StoppedAt, TestEnded
from ..protocol.values import Limit
from .child_records import MAX_RECORD_BYTES, open_record
from .process_limits import STACK_SIGNAL, cpu_seconds, waiting_seconds

Request = Union[Run, RunBatch]
START_LIMIT = Limit(cpu=10.0, wall=30.0)
"""The limit of a child before its first test and after its last. Chosen by hand."""
MAX_WAITING_SECONDS = 60.0
"""Seconds of waiting for a processor that are not counted at most, so that every child ends. Chosen by hand."""
MAX_STACK_SECONDS = 0.3
"""Wall-clock seconds that a child has to report where its test is, once its time is up. Chosen by hand."""
READ_BYTES = 1 << 16
RUN_BEGINS, TEST_ENDED, STOPPED_AT, RUN_ENDED, BROKEN = map(
    kind_of, (RunBegins, TestEnded, StoppedAt, RunEnded, Broken)
)
"""The kinds of records that the server acts on. It forwards all records as they are: the controller decodes them."""


class ChildProcess:
    """A running child. `pipe` is the descriptor that its records arrive at, `directory` its private directory."""

    def __init__(self, pid: int, pipe: int, request: Request, nonce: str, directory: str) -> None:
        self.pid = pid
        self.pipe = pipe
        self.id = request.id
        self.directory = directory
        self.records: list[RawRecord] = []
        self.cpu = 0.0
        self._nonce = nonce
        self._limits = list(request.request.limits.values())
        self._parts: list[bytes] = []
        self._received = 0
        self._started = False
        self._position = 0
        self._finished = False
        self._reports_stack = request.request.stacks
        self._asked_at: float | None = None
        self._test_cpu = 0.0
        self._test_started = time.monotonic()

    def read(self) -> ChildEnd | None:
        """Read what arrived. Returns how the child ended, or `None` if it goes on."""
        try:
            data = os.read(self.pipe, READ_BYTES)
        except BlockingIOError:
            return None
        if not data:
            return self._ending or "died"
        self._received += len(data)
        self._parts.append(data)
        if self._received > MAX_RECORD_BYTES * 2:
            return "garbled"
        if b"\n" not in data:
            return None
        *lines, rest = b"".join(self._parts).split(b"\n")
        self._parts = [rest]
        for line in lines:
            record = open_record(line, self._nonce)
            if record is None:
                return "garbled"
            self._take(record)
        return self._ending

    @property
    def _ending(self) -> ChildEnd | None:
        """How a child ended that said so; `None` for one that did not."""
        stopped = bool(self.records) and self.records[-1].get("kind") == STOPPED_AT
        return "timeout" if stopped else "done" if self._finished else None

    def must_end(self) -> bool:
        """Whether the child is to be ended because its time is up, and it had a moment to report where it is."""
        if not self.is_over_limit():
            return False
        if not (self._reports_stack and self._started):
            return True
        if self._asked_at is None:
            self._asked_at = time.monotonic()
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, STACK_SIGNAL)
        return time.monotonic() > self._asked_at + MAX_STACK_SECONDS

    def _take(self, record: RawRecord) -> None:
        kind = record.get("kind")
        if kind in (RUN_ENDED, BROKEN):
            self._finished = True
            if kind == RUN_ENDED:
                return
        self.records.append(record)
        if kind in (TEST_ENDED, RUN_BEGINS):
            self._started = True
            self._asked_at = None
            self._position = self._position + 1 if kind == TEST_ENDED else 0
            self._test_cpu = cpu_seconds(self.pid)
            self._test_started = time.monotonic()

    def is_over_limit(self) -> bool:
        """Whether the test that runs has used more than its limit.

        On a busy machine a child waits for a processor. That is no fault of the test, so the waiting time of the child
        is not counted, up to `MAX_WAITING_SECONDS`.
        """
        used = cpu_seconds(self.pid)
        self.cpu = max(self.cpu, used)
        limit = self._limit()
        if used - self._test_cpu > limit.cpu:
            return True
        over = time.monotonic() - self._test_started - limit.wall
        return over > 0 and over > min(waiting_seconds(self.pid), MAX_WAITING_SECONDS)

    def _limit(self) -> Limit:
        if not self._started or self._position >= len(self._limits):
            return START_LIMIT
        return self._limits[self._position]

    def kill(self) -> None:
        """End the child and its process group, and reap it."""
        self.cpu = max(self.cpu, cpu_seconds(self.pid))
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(self.pid, signal.SIGKILL)
        os.close(self.pipe)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
