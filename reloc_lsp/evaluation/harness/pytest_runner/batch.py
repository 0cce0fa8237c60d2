"""Several candidates in one child, one after the other: what a fork costs is shared among them.

Each begins with the tests torn down, caches empty, and containers and random numbers as they were. What else one left
behind is shown by the canary: the unchanged unit, run last.
"""

from __future__ import annotations

import contextvars
import random
import time
from collections.abc import Sequence
from types import FunctionType
from typing import Any

import pytest

from ..isolation.code_swap import UnitCode, install
from ..isolation.state_restore import MutableStateSnapshot
from ..protocol.messages import RunBatch, RunBegins, RunRequest, Send, Unfit
from .pytest_compat import renew, set_tmp_directory
from .reachable_objects import reachable_objects
from .runner import Runner


class Batch:
    """Runs a batch. The records of each version follow a record `RunBegins` of its own."""

    def __init__(
        self,
        session: pytest.Session,
        runner: Runner,
        unit: UnitCode,
        functions: Sequence[FunctionType],
        caches: Sequence[Any],
    ) -> None:
        self.session = session
        self.runner = runner
        self.unit = unit
        self.functions = functions
        self.caches = caches

    def run(self, batch: RunBatch, send: Send, folder: str) -> None:
        """Run the tests on all versions, then the first `canary` of them on the unchanged unit."""
        items = [(number, self.session.items[number]) for number in batch.request.limits]
        unchanged = self.functions[0].__code__
        numbers = random.getstate()
        held = MutableStateSnapshot(reachable_objects([item for _, item in items], self.functions))
        for source in [*batch.versions, None]:
            set_tmp_directory(self.session.config, folder)
            random.setstate(numbers)
            try:
                install(self.functions, unchanged if source is None else self.unit.compile(source))
            except (SyntaxError, ValueError) as error:
                send(RunBegins(time.process_time()))
                send(Unfit(str(error)))
                continue
            if source is None:
                items = items[: batch.canary]
            self.runner.start(send, batch.request if source is not None else RunRequest(batch.request.limits))
            done = contextvars.copy_context().run(self.runner.run, items, time.process_time)
            for cache in self.caches:
                cache.cache_clear()
            held.restore()
            for _, item in items[:done]:
                renew(item)
