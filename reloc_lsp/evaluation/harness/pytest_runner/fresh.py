"""The fresh tier: a pytest session for each candidate, in a fork made before the project's modules are imported."""

from __future__ import annotations

import contextlib
import importlib
import os
import time
from collections.abc import Sequence
from typing import Union

import pytest

from ..isolation.forkserver import ForkServer
from ..isolation.source_overlay import overlay_source
from ..protocol.messages import FreshJob, Ready, Run, RunBatch, Setup
from ..protocol.records import NotCollected, Send
from ..protocol.test_ids import WantedTest, find_tests, wanted_tests
from ..protocol.wire import Wire
from . import import_phase
from .loaded_modules import thread_count
from .plugins import RERUN_PLUGINS, unregister
from .pytest_session import collection_error, run_pytest
from .runner import Runner
from .stack_report import StackReporter


class OrderedRun:
    """A plugin of pytest that runs the `wanted` tests in this order with the harness's runner."""

    def __init__(self, runner: Runner, wanted: Sequence[WantedTest], send: Send) -> None:
        self.runner = runner
        self.wanted = wanted
        self.send = send

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Report what could not be collected."""
        if report.failed:
            self.send(NotCollected(collection_error(report)))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the wanted tests. A test that was not collected fails."""
        import_phase.end()
        unregister(session, RERUN_PLUGINS)
        found = find_tests(self.wanted, [item.nodeid for item in session.items])
        if session.items:
            missing = pytest.Function.from_parent(session, name="missing", callobj=_not_collected)
            items = [(n, session.items[found[n]] if n in found else missing) for n in (t.number for t in self.wanted)]
            self.runner.run(items, time.process_time)
        return True


def _not_collected() -> None:
    raise LookupError("with this version of the unit the test was not collected")


class FreshServer:
    """A process that has imported pytest and third-party modules, but no module of the project."""

    def __init__(self, setup: Setup, job: FreshJob) -> None:
        self.root = setup.root
        self.job = job
        for name in job.preload:
            with contextlib.suppress(BaseException):
                importlib.import_module(name)

    def run_child(self, run: Union[Run, RunBatch], send: Send, directory: str) -> None:
        """In the child: run a whole session with the candidate's text in place of the unit's file."""
        if isinstance(run, RunBatch) or run.version is None:
            raise ValueError("a fresh server runs one version of the unit's file at a time")
        request = run.request
        probe = overlay_source(request.probe, send, self.job.unit_file, run.version)
        wanted = wanted_tests(self.job.tests, request.limits)
        runner = Runner(self.job.unit_file)
        stacks = StackReporter(send, probe, self.root, self.job.unit_file)
        runner.start(send, request, probe, stacks if request.stacks else None)
        ordered_run = OrderedRun(runner, wanted, send)
        selection = list(dict.fromkeys(test.node_id.split("::")[0] for test in wanted))
        run_pytest(
            self.root, os.path.dirname(directory), selection, "-W", "ignore::pytest.PytestAssertRewriteWarning",
            plugins=[ordered_run, runner],
        )  # fmt: skip
        if probe:
            send(probe.report())


def run(wire: Wire, setup: Setup, job: FreshJob) -> None:
    """Import the third-party modules and serve."""
    server = FreshServer(setup, job)
    wire.send(Ready(thread_count()))
    ForkServer(wire, setup, server.run_child).serve()
