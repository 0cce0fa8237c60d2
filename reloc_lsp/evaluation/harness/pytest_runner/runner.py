"""Runs collected tests one by one, with pytest's phases but without its reports.

Setup, call and teardown are pytest's hooks, so that fixtures, plugins, unittest classes and asynchronous tests work as
usual. Only making and printing reports is left out. After a failure everything is torn down at once: a fixture that is
kept for the next test could change how that test ends.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any, Optional

import pytest
from pytest import CallInfo

from ..probe.false_passes.swallowed_assertions import counts_as_failure, forget, swallowed_failure, swallowed_sites
from ..protocol.records import CanaryEnded, RunBegins, Send, TestEnded, TestOutcome
from ..protocol.values import FailureReport, RunRequest
from .canary import make_canary, run_canary
from .failures import failure_report, test_path
from .observer import TestObserver
from .pytest_compat import is_unittest, set_comparison_listener, start_tmp_path_result
from .stack_report import StackReporter

Result = tuple[TestOutcome, Optional[FailureReport]]
"""A test's outcome and, where it failed, the failure."""
SUBTEST_FAILED = FailureReport("Failed", "a part of the test failed")
MAX_REPORT_TEXT = 300
"""Characters of pytest's own text for a failure without an exception. Chosen by hand."""


class Runner:
    """Runs items and sends a record `TestEnded` for each. It is a plugin of pytest.

    The `RunRequest` says when to end early. `early_stop` serves units of which many tests fail: the first ones show
    what all of them do. The time without a test that reaches the unit (`quiet`) is at least as long as the tests took
    up to the last one that reached it.
    """

    def __init__(self, unit_file: str) -> None:
        self.unit_file = unit_file
        self.failures_left: int | None = None
        self.early_stop: int | None = None
        self.begun = 0.0
        self.deadline = self.latest_deadline = float("inf")
        self.quiet: Optional[float] = None
        self.observer: TestObserver | None = None
        self.swallowed_before: Optional[tuple[str, ...]] = None
        self.stacks: StackReporter | None = None
        self.result: Result | None = None
        self.subtest_failed = False
        self.subtest_error: pytest.ExceptionInfo[BaseException] | None = None
        self.error: BaseException | None = None
        self.choose_position = secrets.randbelow  # taken before a candidate runs, which may replace it
        self.canary: pytest.Function | None = None

    def start(
        self,
        send: Send,
        request: RunRequest,
        observer: TestObserver | None = None,
        stacks: StackReporter | None = None,
    ) -> None:
        """Prepare for one candidate."""
        self.send = send
        self.failures_left = request.failures_allowed
        self.early_stop = request.early_stop
        self.begun = time.monotonic()
        self.latest_deadline = self.begun + (float("inf") if request.seconds is None else request.seconds)
        self.deadline = self.latest_deadline
        self.quiet = request.quiet
        self.observer = observer
        self.swallowed_before = request.swallowed_before
        self.stacks = stacks
        if stacks is not None:
            stacks.install()

    def run(self, items: Sequence[tuple[int, pytest.Item]], clock: Callable[[], float]) -> int:
        """Run `items`, pairs of a number and the item, until the request says to end. Returns how many were run.

        The canary test is run at a random position after the first test. `clock` returns the CPU seconds of the
        process.
        """
        self.send(RunBegins(clock()))
        canary = 1 + self.choose_position(len(items) or 1)
        for position, (number, item) in enumerate(items):
            if position == canary:
                self._run_canary(item.session)
            following = items[position + 1][1] if position + 1 < len(items) else None
            if position and time.monotonic() > self.deadline:
                if position < canary:
                    self._run_canary(item.session)
                return position
            outcome = self._run_item(number, item, following, clock, is_first=position == 0)
            if self._is_decided(outcome, position + 1):
                return position + 1
        if canary == len(items):
            self._run_canary(items[-1][1].session)
        return len(items)

    def _run_item(
        self,
        number: int,
        item: pytest.Item,
        following: pytest.Item | None,
        clock: Callable[[], float],
        *,
        is_first: bool,
    ) -> TestOutcome:
        if self.stacks:
            self.stacks.test, self.stacks.test_file = number, test_path(item)
        if self.observer:
            self.observer.begin(number)
        forget()
        cpu, wall = clock(), time.monotonic()
        outcome, failure = self._run_protocol(item, following)
        if self.observer:
            self.observer.end(self.error)
            if is_first or self.observer.reached:
                self._extend_deadline()
        seconds, wall = clock() - cpu, time.monotonic() - wall
        swallowed = swallowed_sites(self.unit_file, self.error)
        if outcome == "passed" and counts_as_failure(swallowed, self.swallowed_before):
            outcome, failure = "failed", swallowed_failure(swallowed)
        self.send(TestEnded(number, outcome, seconds, wall, failure, swallowed))
        return outcome

    def _extend_deadline(self) -> None:
        """Wait for another test that reaches the unit."""
        if self.quiet is not None:
            now = time.monotonic()
            self.deadline = min(self.latest_deadline, now + max(self.quiet, now - self.begun))

    def _is_decided(self, outcome: TestOutcome, tests_run: int) -> bool:
        """Whether the tests that are left cannot change the decision about the candidate."""
        if outcome == "passed":
            self.early_stop = None
            return False
        if self.failures_left is not None:
            self.failures_left -= 1
            if self.failures_left < 0:
                return True
        return tests_run == self.early_stop

    def _run_canary(self, session: pytest.Session) -> None:
        if self.canary is None:
            self.canary = make_canary(session)
        self.send(CanaryEnded(run_canary(self.canary)))

    def _run_protocol(self, item: pytest.Item, following: pytest.Item | None) -> Result:
        self.result = None
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        return self.result if self.result else ("failed", FailureReport("NotRun", "the test was not run"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Run the phases without reports. Other plugins' wrappers around this hook still run."""
        set_comparison_listener(self.observer.compared if self.observer else None)
        item.repr_failure = self._keep_subtest_error  # type: ignore[method-assign]
        self.subtest_error, self.subtest_failed = None, False
        start_tmp_path_result(item)
        hook = item.ihook  # a property that makes a new object each time
        calls = [CallInfo.from_call(lambda: hook.pytest_runtest_setup(item=item), "setup")]
        if calls[0].excinfo is None:
            calls.append(CallInfo.from_call(lambda: hook.pytest_runtest_call(item=item), "call"))
        result = self._result(item, calls[-1])
        self.error = calls[-1].excinfo.value if calls[-1].excinfo is not None else None
        if result[0] == "passed" and self.subtest_failed:
            result = "failed", self._failure(item, self.subtest_error) if self.subtest_error else SUBTEST_FAILED
        keep = nextitem if result[0] == "passed" else None
        teardown = CallInfo.from_call(lambda: hook.pytest_runtest_teardown(item=item, nextitem=keep), "teardown")
        if result[0] == "passed" and teardown.excinfo is not None:
            result = "failed", self._failure(item, teardown.excinfo)
        self.result = result
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note failed subtests, of unittest and of pytest: nothing else is reported through this hook here."""
        self.subtest_failed = self.subtest_failed or report.failed

    def _keep_subtest_error(self, excinfo: pytest.ExceptionInfo[BaseException], *_: object, **__: object) -> str:
        """Replaces an item's `repr_failure`, which is called for the report of a subtest."""
        self.subtest_error = excinfo
        return ""

    def _result(self, item: pytest.Item, call: CallInfo[Any]) -> Result:
        skip_or_xfail = (pytest.skip.Exception, pytest.xfail.Exception)
        if _needs_report(item) or (call.excinfo is not None and call.excinfo.errisinstance(skip_or_xfail)):
            return self._result_by_report(item, call)
        if call.excinfo is None:
            return "passed", None
        return "failed", self._failure(item, call.excinfo)

    def _result_by_report(self, item: pytest.Item, call: CallInfo[Any]) -> Result:
        """The result by pytest's own report, for marks and classes that change what a failure means.

        `call` is the last phase. No report may be made of an earlier one: it would take a unittest class's failure from
        the item, whichever phase it belongs to.
        """
        report: pytest.TestReport = item.ihook.pytest_runtest_makereport(item=item, call=call)
        if report.passed:
            return "passed", None
        if report.skipped:
            return ("xfailed" if hasattr(report, "wasxfail") else "skipped"), None
        excinfo = call.excinfo  # after the report, which may have set it
        if excinfo is not None:
            return "failed", self._failure(item, excinfo)
        return "failed", FailureReport("Failed", str(report.longrepr)[:MAX_REPORT_TEXT])

    def _failure(self, item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]) -> FailureReport:
        return failure_report(excinfo.value, excinfo.tb, test_path(item), self.unit_file)


def _needs_report(item: pytest.Item) -> bool:
    """Whether only pytest's report shows how the item ended."""
    return is_unittest(item) or item.get_closest_marker("xfail") is not None
