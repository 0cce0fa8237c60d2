"""Runs several candidates in one child, one after the other, so that they share the cost of a fork.

Before each candidate the tests are torn down, caches are emptied, and containers and random numbers are restored. What
else a candidate changed is found by the canary run: the unchanged unit, run last.
"""

from __future__ import annotations

import contextvars
import functools
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import FunctionType

import pytest

from ..isolation.code_swap import UnitCode, install
from ..isolation.state_restore import MutableStateSnapshot
from ..protocol.messages import RunBatch
from ..protocol.records import RunBegins, Send, Unfit
from ..protocol.values import RunRequest
from .pytest_compat import renew, set_tmp_directory
from .reachable_objects import reachable_objects
from .runner import Runner


@dataclass(frozen=True)
class SwappedUnit:
    """The unit in this process: how it is compiled, its live function objects, and the project's function caches."""

    code: UnitCode
    functions: Sequence[FunctionType]
    caches: Sequence[functools._lru_cache_wrapper[object]]


class Batch:
    """Runs a batch. The records of each version follow a record `RunBegins` of its own."""

    def __init__(self, session: pytest.Session, runner: Runner, unit: SwappedUnit) -> None:
        self.session = session
        self.runner = runner
        self.unit = unit

    def run(self, batch: RunBatch, send: Send, directory: str) -> None:
        """Run the tests on all versions, then the first `canary` tests on the unchanged unit."""
        items = [(number, self.session.items[number]) for number in batch.request.limits]
        unchanged = self.unit.functions[0].__code__
        random_state = random.getstate()
        snapshot = MutableStateSnapshot(reachable_objects([item for _, item in items], self.unit.functions))
        for version in [*batch.versions, None]:
            set_tmp_directory(self.session.config, directory)
            random.setstate(random_state)
            try:
                install(self.unit.functions, unchanged if version is None else self.unit.code.compile(version))
            except (SyntaxError, ValueError) as error:
                send(RunBegins(time.process_time()))
                send(Unfit(str(error)))
                continue
            if version is None:
                items = items[: batch.canary]
            self.runner.start(send, batch.request if version is not None else RunRequest(batch.request.limits))
            tests_run = contextvars.copy_context().run(self.runner.run, items, time.process_time)
            for cache in self.unit.caches:
                cache.cache_clear()
            snapshot.restore()
            for _, item in items[:tests_run]:
                renew(item)
