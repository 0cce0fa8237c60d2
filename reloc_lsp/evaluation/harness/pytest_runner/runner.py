"""Runs collected tests one by one, with pytest's own phases and without its reports.

Setup, call and teardown are pytest's hooks, so that fixtures, plugins, unittest classes and asynchronous tests work
as always; only the making and printing of reports is left out. After a failure everything is torn down at once:
a fixture kept alive for the next test would turn that one's verdict.
"""

from __future__ import annotations

import functools
import os
import secrets
import time
import traceback
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Optional, Protocol

import pytest
from pytest import CallInfo

from ..protocol.messages import CanaryEnded, FailureReport, RunBegins, RunRequest, Send, TestEnded, TestOutcome
from .pytest_compat import (
    has_warning_options,
    is_unittest,
    make_report,
    set_comparison_listener,
    start_tmp_path_result,
)

Result = tuple[TestOutcome, Optional[FailureReport]]
"""A test's outcome and, where it failed, the failure."""

MEDDLING_PLUGINS = ("lfplugin", "nfplugin", "stepwiseplugin", "rerunfailures")
"""They remember how tests end, or run those again that fail."""
QUIET_PLUGINS = ("terminalreporter", "junitxml", "stepwise", "pastebin", "cacheprovider", *MEDDLING_PLUGINS)


_A_PART = FailureReport("Failed", "a part of the test failed")


class Watcher(Protocol):
    """Hears of the tests."""

    @property
    def reached(self) -> bool:
        """Whether the test that ran last came to what is watched."""
        ...

    def begin(self, test: int) -> None:
        """A test begins."""
        ...

    def compared(self, operator: str, left: Any, right: Any) -> None:
        """It fails because this comparison does not hold."""
        ...

    def end(self, error: BaseException | None) -> None:
        """It ended, with `error` where it failed."""
        ...


def drop_reporting_plugins(session: pytest.Session) -> None:
    """Unregister what only reports or is not used by any collected test: every hook left costs time per test."""
    config, items = session.config, session.items
    names = list(QUIET_PLUGINS)
    fixtures = {name for item in items for name in getattr(item, "fixturenames", ())}
    if "caplog" not in fixtures and not config.getini("log_level"):
        names.append("logging-plugin")
    marks = {mark.name for item in items for mark in item.iter_markers()}
    if "filterwarnings" not in marks and not config.getini("filterwarnings") and not has_warning_options(config):
        names.append("warnings")
    unregister(session, names)


def unregister(session: pytest.Session, names: Sequence[str]) -> None:
    """Take plugins out of a session, those of them that are there."""
    manager = session.config.pluginmanager
    for name in names:
        plugin = manager.get_plugin(name)
        if plugin is not None:
            manager.unregister(plugin)


class Runner:
    """Runs items and reports one record `TestEnded` for each.

    A `RunRequest` says when the run ends early. If many tests fail, the first of them show what all of them do
    (`early_stop`). The time without a test that reaches the unit (`quiet`) is extended to the time that the tests took
    up to the last one that did.
    """

    def __init__(self, unit_file: str) -> None:
        self.unit_file = unit_file
        self.left: int | None = None
        self.early_stop: int | None = None
        self.stop = self.latest = float("inf")
        self.quiet: Optional[float] = None
        self.probe: Watcher | None = None
        self.result: Result | None = None
        self.reported: pytest.ExceptionInfo[BaseException] | None = None
        self.part_failed = False
        self.error: BaseException | None = None
        self.place_of_canary = secrets.randbelow
        self.canary: pytest.Function | None = None

    def start(self, send: Send, request: RunRequest, probe: Watcher | None = None) -> None:
        """Prepare for one candidate."""
        self.send = send
        self.left = request.failures_allowed
        self.early_stop = request.early_stop
        self.begun = time.monotonic()
        self.stop = self.latest = self.begun + (float("inf") if request.seconds is None else request.seconds)
        self.quiet = request.quiet
        self.probe = probe

    def run(self, items: Sequence[tuple[int, pytest.Item]], clock: Callable[[], float]) -> int:
        """Run `items`, pairs of a number and the pytest item; how many were run before the rest was decided.

        Somewhere after the first a test that must fail is run, and a record `CanaryEnded` says how it ended.
        """
        self.send(RunBegins(clock()))
        canary = 1 + self.place_of_canary(len(items) or 1)
        for position, (number, item) in enumerate(items):
            if position == canary:
                self._run_canary(item.session)
            following = items[position + 1][1] if position + 1 < len(items) else None
            if position and time.monotonic() > self.stop:
                if position < canary:
                    self._run_canary(item.session)
                return position
            if self.probe:
                self.probe.begin(number)
            start, begun = clock(), time.monotonic()
            outcome, failure = self._one(item, following)
            if self.probe:
                self.probe.end(self.error)
                if self.quiet is not None and (self.probe.reached or not position):
                    now = time.monotonic()
                    self.stop = min(self.latest, now + max(self.quiet, now - self.begun))
            self.send(TestEnded(number, outcome, clock() - start, time.monotonic() - begun, failure))
            if outcome == "passed":
                self.early_stop = None
                continue
            if self.left is not None:
                self.left -= 1
            if (self.left is not None and self.left < 0) or position + 1 == self.early_stop:
                return position + 1
        if canary == len(items):
            self._run_canary(items[-1][1].session)
        return len(items)

    def _run_canary(self, session: pytest.Session) -> None:
        if self.canary is None:
            self.canary = canary_of(session)
        self.send(CanaryEnded(must_fail(self.canary)))

    def _one(self, item: pytest.Item, following: pytest.Item | None) -> Result:
        self.result = None
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        return self.result if self.result else ("failed", FailureReport("NotRun", "the test was not run"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """The protocol without reports; other plugins' wrappers around it stay in force."""
        set_comparison_listener(self.probe.compared if self.probe else None)
        item.repr_failure = self._note  # type: ignore[method-assign]
        self.reported, self.part_failed = None, False
        start_tmp_path_result(item)
        hook = item.ihook  # made anew each time it is asked for
        calls = [CallInfo.from_call(lambda: hook.pytest_runtest_setup(item=item), "setup")]
        if calls[0].excinfo is None:
            calls.append(CallInfo.from_call(lambda: hook.pytest_runtest_call(item=item), "call"))
        result = self._outcome(item, calls)
        self.error = calls[-1].excinfo.value if calls[-1].excinfo is not None else None
        if result[0] == "passed" and self.part_failed:
            result = "failed", self._failure(item, self.reported) if self.reported else _A_PART
        keep = nextitem if result[0] == "passed" else None
        teardown = CallInfo.from_call(lambda: hook.pytest_runtest_teardown(item=item, nextitem=keep), "teardown")
        if result[0] == "passed" and teardown.excinfo is not None:
            result = ("failed", self._failure(item, teardown.excinfo))
        self.result = result
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Only parts of a test are logged here: unittest's subtests and pytest's."""
        self.part_failed = self.part_failed or report.failed

    def _note(self, excinfo: pytest.ExceptionInfo[BaseException], *_: Any, **__: Any) -> str:
        """In place of the long text that a report shows of a failure."""
        self.reported = excinfo
        return ""

    def _outcome(self, item: pytest.Item, calls: Sequence[CallInfo[Any]]) -> Result:
        last = calls[-1]
        ends = (pytest.skip.Exception, pytest.xfail.Exception)
        if needs_report(item) or (last.excinfo is not None and last.excinfo.errisinstance(ends)):
            return self._reported(item, calls)
        if last.excinfo is None:
            return "passed", None
        return "failed", self._failure(item, last.excinfo)

    def _reported(self, item: pytest.Item, calls: Sequence[CallInfo[Any]]) -> Result:
        """Outcome by pytest's own report, for marks and classes that give failures another meaning."""
        # Only the last phase: a report takes a unittest class's failure from the item, whichever phase it is of.
        report: pytest.TestReport = item.ihook.pytest_runtest_makereport(item=item, call=calls[-1])
        if report.passed:
            return "passed", None
        if report.skipped:
            return ("xfailed" if hasattr(report, "wasxfail") else "skipped"), None
        excinfo = calls[-1].excinfo
        if excinfo is not None:
            return "failed", self._failure(item, excinfo)
        return "failed", FailureReport("Failed", str(report.longrepr)[:300])

    def _failure(self, item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]) -> FailureReport:
        return failure(excinfo.value, excinfo.tb, test_path(item), self.unit_file)


def canary_of(session: pytest.Session) -> pytest.Function:
    """A test that cannot pass."""
    canary = pytest.Function.from_parent(session, name="canary", callobj=_fail)
    canary.funcargs = {}
    canary.repr_failure = briefly  # type: ignore[method-assign]
    return canary


def must_fail(canary: pytest.Function) -> TestOutcome:
    """The outcome of a test that cannot pass, by pytest's own ways: whoever bends those bends it too."""
    call = CallInfo.from_call(canary.runtest, "call")
    report = make_report(canary, call)
    return "failed" if call.excinfo is not None and report.failed else "passed"


def briefly(excinfo: pytest.ExceptionInfo[BaseException], *_: Any, **__: Any) -> str:
    """In place of the long text of a failure, which nobody reads."""
    return excinfo.typename


def _fail() -> None:
    raise AssertionError("this test must fail")


def test_path(item: pytest.Item) -> str:
    """Path of the file that holds the test."""
    return str(getattr(item, "path", None) or item.fspath)


def needs_report(item: pytest.Item) -> bool:
    """Whether only pytest's report tells how the item ended."""
    return is_unittest(item) or item.get_closest_marker("xfail") is not None


@functools.lru_cache(1024)
def is_same_file(name: str, other: str) -> bool:
    """Whether two names lead to one file."""
    alike = os.path.basename(name) == os.path.basename(other)
    return name == other or (alike and os.path.realpath(name) == os.path.realpath(other))


def failure(error: BaseException, trace: TracebackType | None, test_file: str, unit_file: str) -> FailureReport:
    """Kind, message and places of a failure, without building pytest's long text for it."""
    test_line, unit_lines = 0, []
    for frame, line in traceback.walk_tb(trace):
        name = frame.f_code.co_filename
        if name == test_file:
            test_line = line
        elif is_same_file(name, unit_file):
            unit_lines.append(line)
    try:
        message = str(error)[:600]
    except Exception:
        message = ""
    return FailureReport(type(error).__name__, message, test_line, tuple(unit_lines[-20:]))
