"""The cold tier: one pytest session on one candidate in a process of its own, with pytest's own, full protocol.

Nothing here forks or needs what only POSIX has.
"""

from __future__ import annotations

import _thread
import os
import secrets
import sys
import time
from collections.abc import Callable, Generator, Mapping
from typing import Any

import pytest

from ..isolation.confinement import Confinement
from ..isolation.process_control import die_with_parent, limit_resources, load_prctl, memory_limit
from ..isolation.source_overlay import overlay_source
from ..probe.return_guard import ReturnGuard
from ..protocol.codec import as_object
from ..protocol.messages import (
    CallsReport,
    CanaryEnded,
    ColdJob,
    Command,
    FailureReport,
    NotCollected,
    Record,
    RunBegins,
    RunEnded,
    Send,
    Setup,
    StampedRecord,
    TestBegins,
    TestEnded,
    TestOutcome,
)
from ..protocol.wire import Wire
from . import import_phase
from .pytest_compat import set_comparison_listener
from .pytest_session import collect_error, run_pytest
from .runner import MEDDLING_PLUGINS, Watcher, briefly, canary_of, failure, must_fail, test_path, unregister
from .warm import CallTrace

DECEIVES = FailureReport("Untrue", "the unit makes an object that decides for itself what it is equal to")


class Reporter:
    """Sends the records of a session: `RunBegins`, then for each test `TestBegins` and `TestEnded`.

    Before one of the tests another that must fail is run, and a record `CanaryEnded` says how it ended.
    """

    session: pytest.Session

    def __init__(
        self,
        send: Send,
        job: ColdJob,
        end: Callable[[], None],
        watcher: Watcher | None = None,
    ) -> None:
        self.send = send
        self.end: Callable[[], None] | None = end
        self.numbers: Mapping[str, int] = {name: number for number, name in job.tests}
        self.unit_file = job.unit_file
        self.backwards = job.backwards
        self.more_recursion = job.more_recursion
        self.returned = ReturnGuard(self.unit_file, *job.guarded_lines) if job.guarded_lines else None
        self.canary_before = ""
        self.watcher = watcher
        self.error: BaseException | None = None
        self.left = job.failures_allowed
        self.started = self.begun = 0.0
        self.worst: dict[str, TestOutcome] = {}
        self.details: dict[str, FailureReport] = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Tell what could not be collected."""
        if report.failed:
            self.send(NotCollected(collect_error(report)))

    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Keep only the tests asked for."""
        self.session = session
        items[:] = [item for item in items if item.nodeid in self.numbers]
        if self.backwards:
            items.reverse()
        self.canary_before = secrets.choice(items).nodeid if items else ""
        self.send(RunBegins(time.process_time()))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """What tests print nobody reads: it may be more than the disk holds. Nor are they run again when they fail."""
        import_phase.end()
        unregister(session, MEDDLING_PLUGINS)
        null = os.open(os.devnull, os.O_WRONLY)
        for fd in (1, 2):
            os.dup2(null, fd)
        os.close(null)
        if self.more_recursion:
            # As much room as a program has that no test runner waits for.
            sys.setrecursionlimit(sys.getrecursionlimit() + 60 + secrets.randbelow(60))
        if self.returned:
            self.returned.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        number = self.numbers.get(nodeid)
        if number is not None:
            self.send(TestBegins(number))
            self.error = None
            if self.watcher:
                self.watcher.begin(number)
        self.started, self.begun = time.process_time(), time.monotonic()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Nobody reads the long text of a failure here, and to make it takes longer than most tests."""
        if item.nodeid == self.canary_before:
            self.send(CanaryEnded(must_fail(canary_of(item.session))))
        set_comparison_listener(None)
        item.repr_failure = briefly  # type: ignore[method-assign]

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, None, None]:
        """Note the failure's places while the exception is at hand."""
        yield
        if call.excinfo is not None:
            self.error = call.excinfo.value
        if call.excinfo is not None and item.nodeid not in self.details:
            self.details[item.nodeid] = failure(call.excinfo.value, call.excinfo.tb, test_path(item), self.unit_file)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather a test's outcome over its phases."""
        if hasattr(report, "context") and not report.failed:
            return  # a part of a test (unittest's and pytest's subtests): only its failure is the test's
        rank = ("passed", "skipped", "xfailed", "failed")
        outcome = "xfailed" if report.skipped and hasattr(report, "wasxfail") else report.outcome
        if rank.index(outcome) >= rank.index(self.worst.get(report.nodeid, "passed")):
            self.worst[report.nodeid] = outcome

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """A test ended: send its record."""
        number, details = self.numbers.get(nodeid), self.details.get(nodeid)
        outcome: TestOutcome = self.worst.get(nodeid, "failed")
        if self.returned and self.returned.found_deceptive:
            outcome, details = "failed", DECEIVES
        if self.watcher and number is not None:
            self.watcher.end(self.error)
        if number is not None:
            seconds, wall = time.process_time() - self.started, time.monotonic() - self.begun
            self.send(TestEnded(number, outcome, seconds, wall, details if outcome == "failed" else None))
        if outcome != "passed" and self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.session.shouldstop = "the rest cannot change the decision"

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """All is known: nobody waits for plugins that sum it up, nor for pytest, which looks for garbage at its end."""
        if self.end:
            self.end()
        self.end = None


def end_with_controller(wire: Wire) -> None:
    """See that this process does not outlive the controller, whatever the test that runs does."""
    if hasattr(os, "fork"):
        die_with_parent(load_prctl())
    else:
        # Not a thread of `threading`: tests may count those.
        _thread.start_new_thread(_leave_when_told, (wire,))


def _leave_when_told(wire: Wire) -> None:
    wire.receive(Command)
    os._exit(0)


def run(wire: Wire, setup: Setup, job: ColdJob) -> None:
    """Run the session that the job describes; records go straight to the controller."""
    end_with_controller(wire)
    nonce = job.nonce

    def send(record: Record) -> None:
        wire.send(StampedRecord(nonce, as_object(record)))

    probe = None
    if job.probe is not None:
        with open(job.unit_file, "rb") as file:
            probe = overlay_source(job.probe, send, job.unit_file, file.read())
    calls = CallTrace(setup.root) if job.trace_calls else None

    def told() -> None:
        sys.settrace(None)
        if probe:
            send(probe.report())
        if calls:
            send(CallsReport(calls.report()))
        send(RunEnded(time.process_time()))

    reporter = Reporter(send, job, told, probe or calls)
    limit_resources(memory_limit())
    if setup.confinement is not None:
        own = os.path.join(setup.scratch, "tmp")
        Confinement(setup.confinement, [own]).apply(own)
    run_pytest(setup.root, setup.scratch, job.selection, plugins=[reporter])
    reporter.pytest_sessionfinish()
