"""The cold tier: one pytest session on one candidate, in a process of its own and with pytest's own full protocol.

Nothing here forks or needs what only POSIX has.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import secrets
import sys
import time
from collections.abc import Callable, Generator
from typing import Any

import pytest

from ..isolation.confinement import Confinement
from ..isolation.process_limits import die_with_parent, limit_resources, load_prctl, memory_limit
from ..isolation.source_overlay import overlay_source
from ..outside.errors import Impossible
from ..outside.stand_in import StandIn, install
from ..probe.call_trace import CallTrace
from ..probe.false_passes.return_guard import ReturnGuard
from ..probe.false_passes.swallowed_assertions import counts_as_failure, forget, swallowed_failure, swallowed_sites
from ..protocol.codec import as_object
from ..protocol.messages import MARK, ColdJob, Command, Setup, StampedRecord
from ..protocol.records import (
    CanaryEnded,
    LineReached,
    NotCollected,
    OutsideReport,
    Record,
    RunBegins,
    RunEnded,
    Send,
    TestBegins,
    TestEnded,
    TestOutcome,
)
from ..protocol.test_ids import find_tests
from ..protocol.values import FailureReport
from ..protocol.wire import Wire
from . import import_phase
from .canary import make_canary, run_canary
from .failures import failure_report, short_failure_text, test_path
from .observer import TestObserver
from .plugins import RERUN_PLUGINS, unregister
from .pytest_compat import set_comparison_listener
from .pytest_session import collection_error, run_pytest

DECEPTIVE_OBJECT = FailureReport("Untrue", "the unit makes an object that decides for itself what it is equal to")
NOT_OUTSIDE = "NotOutside"
"""The kind of failure of a test that cannot be judged from outside."""
EXTRA_FRAMES = 60
"""Frames to add to the recursion limit, because a program that runs without pytest may recurse deeper than a test. A
random number of frames, less than this, is added as well. Chosen by hand."""


class SessionReporter:
    """A plugin of pytest that sends the records of a session: `RunBegins`, then `TestBegins` and `TestEnded` for each.

    The canary test is run before one of the tests, and reported by `CanaryEnded`. `end` is called when the session has
    run all tests.
    """

    session: pytest.Session

    def __init__(self, send: Send, job: ColdJob, end: Callable[[], None], observer: TestObserver | None = None) -> None:
        self.send = send
        self.end: Callable[[], None] | None = end
        self.wanted = job.tests
        self.collected: list[pytest.Item] = []
        self.numbers: dict[str, int] = {}
        self.unit_file = job.unit_file
        self.backwards = job.backwards
        self.more_recursion = job.more_recursion
        self.return_guard = ReturnGuard(self.unit_file, *job.guarded_lines) if job.guarded_lines else None
        self.canary_before = ""
        self.observer = observer
        self.stand_in: StandIn | None = None
        self.error: BaseException | None = None
        self.failures_left = job.failures_allowed
        self.swallowed_before = job.swallowed_before
        self.marked_line = job.marked_line
        self.cpu_before = self.wall_before = 0.0
        self.outcomes: dict[str, TestOutcome] = {}
        self.failures: dict[str, FailureReport] = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Report what could not be collected."""
        if report.failed:
            self.send(NotCollected(collection_error(report)))

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Remember the order in which tests are collected."""
        self.collected.append(item)

    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Keep only the tests of the job."""
        self.session = session
        node_ids = [item.nodeid for item in self.collected]
        self.numbers = {node_ids[index]: number for number, index in find_tests(self.wanted, node_ids).items()}
        items[:] = [item for item in items if item.nodeid in self.numbers]
        if self.backwards:
            items.reverse()
        self.canary_before = secrets.choice(items).nodeid if items else ""
        self.send(RunBegins(time.process_time()))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Prepare for the tests: discard their output, which could fill the disk, and never run a test again."""
        import_phase.end()
        unregister(session, RERUN_PLUGINS)
        null = os.open(os.devnull, os.O_WRONLY)
        for fd in (1, 2):
            os.dup2(null, fd)
        os.close(null)
        if self.more_recursion:
            sys.setrecursionlimit(sys.getrecursionlimit() + EXTRA_FRAMES + secrets.randbelow(EXTRA_FRAMES))
        if self.return_guard:
            self.return_guard.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        number = self.numbers.get(nodeid)
        if number is not None:
            self.send(TestBegins(number))
            self.error = None
            forget()
            if self.stand_in:
                self.stand_in.begin_test()
            if self.observer:
                self.observer.begin(number)
        self.cpu_before, self.wall_before = time.process_time(), time.monotonic()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Run the canary if it is due, and do without the long text of a failure, which nobody reads."""
        if item.nodeid == self.canary_before:
            self.send(CanaryEnded(run_canary(make_canary(item.session))))
        set_comparison_listener(None)
        item.repr_failure = short_failure_text  # type: ignore[method-assign]

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, None, None]:
        """Describe the first failure of a test while the exception is available."""
        yield
        if call.excinfo is not None:
            self.error = call.excinfo.value
        if call.excinfo is not None and item.nodeid not in self.failures:
            self.failures[item.nodeid] = failure_report(
                call.excinfo.value, call.excinfo.tb, test_path(item), self.unit_file
            )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the worst outcome of a test's phases."""
        if hasattr(report, "context") and not report.failed:
            return  # a subtest, of unittest or of pytest: only its failure counts for the test
        rank = ("passed", "skipped", "xfailed", "failed")
        outcome = "xfailed" if report.skipped and hasattr(report, "wasxfail") else report.outcome
        if rank.index(outcome) >= rank.index(self.outcomes.get(report.nodeid, "passed")):
            self.outcomes[report.nodeid] = outcome

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """A test ended: send its record."""
        number, failure = self.numbers.get(nodeid), self.failures.get(nodeid)
        outcome: TestOutcome = self.outcomes.get(nodeid, "failed")
        if self.return_guard and self.return_guard.found_deceptive:
            outcome, failure = "failed", DECEPTIVE_OBJECT
        if self.stand_in and number is not None:
            fault, changed = self.stand_in.fault, self.stand_in.changed_names
            if fault or changed:
                self.send(OutsideReport(number, fault, tuple(sorted(changed))))
            if fault:
                outcome, failure = "failed", FailureReport(NOT_OUTSIDE, fault)
        if self.observer and number is not None:
            self.observer.end(self.error)
        if self.marked_line and number is not None:
            self._report_mark(number)
        swallowed = swallowed_sites(self.unit_file, self.error)
        if outcome == "passed" and counts_as_failure(swallowed, self.swallowed_before):
            outcome, failure = "failed", swallowed_failure(swallowed)
        if number is not None:
            seconds, wall = time.process_time() - self.cpu_before, time.monotonic() - self.wall_before
            self.send(TestEnded(number, outcome, seconds, wall, failure if outcome == "failed" else None, swallowed))
        if outcome != "passed" and self.failures_left is not None:
            self.failures_left -= 1
            if self.failures_left < 0:
                self.session.shouldstop = "the rest cannot change the decision"

    def _report_mark(self, number: int) -> None:
        """Report that the test reached the unit, if the unit left its mark."""
        with contextlib.suppress(FileNotFoundError):
            os.remove(self.unit_file + MARK)
            self.send(LineReached(self.marked_line, number))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Report the end before other plugins summarize the session, and before pytest collects garbage."""
        if self.end:
            self.end()
        self.end = None


def end_with_controller(wire: Wire) -> None:
    """End this process when the controller ends, whatever the test that runs does."""
    if hasattr(os, "fork"):
        die_with_parent(load_prctl())
    else:
        # Not a thread of `threading`: tests may count those.
        _thread.start_new_thread(_exit_with_wire, (wire,))


def _exit_with_wire(wire: Wire) -> None:
    wire.receive(Command)
    os._exit(0)


def run(wire: Wire, setup: Setup, job: ColdJob) -> None:
    """Run the session that the job describes. Records go straight to the controller."""
    end_with_controller(wire)
    nonce = job.nonce

    def send(record: Record) -> None:
        wire.send(StampedRecord(nonce, as_object(record)))

    probe = None
    if job.probe is not None:
        with open(job.unit_file, "rb") as file:
            probe = overlay_source(job.probe, send, job.unit_file, file.read())
    calls = CallTrace(setup.root) if job.trace_calls else None

    def end() -> None:
        sys.settrace(None)
        if probe:
            send(probe.report())
        if calls:
            send(calls.report())
        send(RunEnded(time.process_time()))

    reporter = SessionReporter(send, job, end, probe or calls)
    if job.stand_in is not None:
        try:
            reporter.stand_in = install(job.stand_in, job.unit_file, setup.root)
        except Impossible as error:
            failure = FailureReport(NOT_OUTSIDE, str(error))
            for test in job.tests:
                send(OutsideReport(test.number, str(error), ()))
                send(TestEnded(test.number, "failed", 0.0, 0.0, failure))
            end()
            return
    limit_resources(memory_limit())
    if setup.confinement is not None:
        private = os.path.join(setup.scratch, "tmp")
        Confinement(setup.confinement, [private]).apply(private)
    run_pytest(setup.root, setup.scratch, job.selection, plugins=[reporter])
    reporter.pytest_sessionfinish()
