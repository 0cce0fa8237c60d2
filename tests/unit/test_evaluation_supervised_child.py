"""The limits of a child process: what it waits for a processor is not counted."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from reloc_lsp.evaluation.harness.isolation import supervised_child
from reloc_lsp.evaluation.harness.isolation.process_limits import waiting_seconds
from reloc_lsp.evaluation.harness.isolation.supervised_child import ChildProcess
from reloc_lsp.evaluation.harness.protocol.messages import Run
from reloc_lsp.evaluation.harness.protocol.values import Limit, RunRequest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's schedulers")
SPIN = "while True: pass"
WALL, POLL = 0.5, 0.05
BURNERS = 8


@pytest.fixture
def busy_processor() -> Iterator[int]:
    """The number of a processor that other processes keep busy."""
    processor = min(os.sched_getaffinity(0))
    burners = [subprocess.Popen([sys.executable, "-S", "-c", SPIN]) for _ in range(BURNERS)]
    for burner in burners:
        os.sched_setaffinity(burner.pid, {processor})
    yield processor
    for burner in burners:
        burner.kill()
        burner.wait()


@pytest.fixture
def supervise(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ChildProcess]]:
    """Run code in a child with `WALL` seconds of wall-clock time and more than enough of CPU time."""
    monkeypatch.setattr(supervised_child, "START_LIMIT", Limit(cpu=600.0, wall=WALL))
    started: list[subprocess.Popen[bytes]] = []

    def supervised(code: str) -> ChildProcess:
        started.append(subprocess.Popen([sys.executable, "-S", "-c", code]))
        reader, writer = os.pipe()
        os.close(writer)
        return ChildProcess(started[-1].pid, reader, Run(1, "", RunRequest({})), "nonce", "")

    yield supervised
    for process in started:
        process.kill()
        process.wait()


def test_a_child_that_waits_for_a_processor_is_within_its_limit(busy_processor, supervise):
    child = supervise(SPIN)
    os.sched_setaffinity(child.pid, {busy_processor})
    while waiting_seconds(child.pid) < 2 * WALL:
        assert not child.is_over_limit()
        time.sleep(POLL)


def test_a_child_that_sleeps_is_over_its_limit(supervise):
    child = supervise("import time; time.sleep(600)")
    began = time.monotonic()
    while not child.is_over_limit():
        assert time.monotonic() - began < 180
        time.sleep(POLL)
