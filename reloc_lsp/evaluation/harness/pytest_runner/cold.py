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
from ..isolation.forkserver import die_with_parent, limit_resources, load_prctl, most_memory
from ..isolation.source_overlay import overlay_source
from ..probe.return_guard import ReturnGuard
from ..protocol.wire import Message, Send, Wire
from . import import_phase
from .pytest_compat import set_comparison_listener
from .pytest_session import collect_error, run_pytest
from .runner import MEDDLING_PLUGINS, Watcher, briefly, canary_of, failure, must_fail, test_path, unregister
from .warm import CallTrace

DECEIVES = {"kind": "Untrue", "message": "the unit makes an object that decides for itself what it is equal to"}


class Reporter:
    """Records of a session: `{"begin"}`, then for each test `{"running"}` and `{"test", "outcome", ...}`.

    `tests` of the configuration are numbers and node ids of what to run. `failures_allowed` ends the session after one
    more failure than that: the rest cannot change the decision. `backwards` runs the last test first. Before one
    of the tests another that must fail is run, and a record `{"canary"}` says how it ended. `returns_of` are the
    unit's first line and last, if what it returns is to be looked at; `roomy` lets functions call each other deeper
    than usual.
    """

    session: pytest.Session

    def __init__(
        self,
        send: Send,
        config: Message,
        end: Callable[[], None],
        watcher: Watcher | None = None,
    ) -> None:
        self.send = send
        self.end: Callable[[], None] | None = end
        self.numbers: Mapping[str, int] = {name: number for number, name in config["tests"]}
        self.unit_file: str = config["unit_file"]
        self.backwards: bool = config["backwards"]
        self.roomy: bool = config.get("roomy", False)
        watched = config.get("returns_of")
        self.returned = ReturnGuard(self.unit_file, *watched) if watched else None
        self.canary_before = ""
        self.watcher = watcher
        self.error: BaseException | None = None
        self.left: int | None = config.get("failures_allowed")
        self.started = self.begun = 0.0
        self.worst: dict[str, str] = {}
        self.details: dict[str, Message] = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Tell what could not be collected."""
        if report.failed:
            self.send({"collect_error": collect_error(report)})

    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Keep only the tests asked for."""
        self.session = session
        items[:] = [item for item in items if item.nodeid in self.numbers]
        if self.backwards:
            items.reverse()
        self.canary_before = secrets.choice(items).nodeid if items else ""
        self.send({"begin": True})

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """What tests print nobody reads: it may be more than the disk holds. Nor are they run again when they fail."""
        import_phase.end()
        unregister(session, MEDDLING_PLUGINS)
        null = os.open(os.devnull, os.O_WRONLY)
        for fd in (1, 2):
            os.dup2(null, fd)
        os.close(null)
        if self.roomy:
            # As much room as a program has that no test runner waits for.
            sys.setrecursionlimit(sys.getrecursionlimit() + 60 + secrets.randbelow(60))
        if self.returned:
            self.returned.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        number = self.numbers.get(nodeid)
        if number is not None:
            self.send({"running": number})
            self.error = None
            if self.watcher:
                self.watcher.begin(number)
        self.started, self.begun = time.process_time(), time.monotonic()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Nobody reads the long text of a failure here, and to make it takes longer than most tests."""
        if item.nodeid == self.canary_before:
            self.send({"canary": must_fail(canary_of(item.session))})
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
        outcome, details = self.worst.get(nodeid, "failed"), self.details.get(nodeid)
        if self.returned and self.returned.found_deceptive:
            outcome, details = "failed", DECEIVES
        if self.watcher and nodeid in self.numbers:
            self.watcher.end(self.error)
        self.send(
            {
                "test": self.numbers.get(nodeid),
                "outcome": outcome,
                "seconds": time.process_time() - self.started,
                "wall": time.monotonic() - self.begun,
                "failure": details if outcome == "failed" else None,
            }
        )
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
    wire.receive()
    os._exit(0)


def run(wire: Wire, config: Message) -> None:
    """Run the session that the configuration describes; records go straight to the controller."""
    end_with_controller(wire)

    def send(record: Message) -> None:
        wire.send({**record, "nonce": config["nonce"]})

    unit_file, probe = config["unit_file"], None
    if config.get("probe"):
        with open(unit_file, "rb") as file:
            probe = overlay_source(config, send, unit_file, file.read())
    calls = CallTrace(config["root"]) if config.get("trace_calls") else None

    def told() -> None:
        sys.settrace(None)
        if probe:
            send({"probe": probe.report()})
        if calls:
            send({"calls": calls.report()})
        send({"end": True, "cpu": time.process_time()})

    reporter = Reporter(send, config, told, probe or calls)
    limit_resources(most_memory())
    if config["walls"] is not None:
        own = os.path.join(config["scratch"], "tmp")
        Confinement(config["walls"], [own]).apply(own)
    run_pytest(config, config["selection"], plugins=[reporter])
    reporter.pytest_sessionfinish()
