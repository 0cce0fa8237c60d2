"""The warm tier: pytest has collected once; each candidate is a fork in which the unit's code is swapped."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import time
from types import CodeType
from typing import Optional, Union

import pytest

from ..isolation.code_swap import UnitCode, clear_caches, install
from ..isolation.forkserver import ForkServer
from ..probe.call_trace import CallTrace
from ..probe.differential.call_recorder import CallRecorder
from ..probe.differential.differential_inputs import run_inputs
from ..probe.probes import install_probe
from ..protocol.messages import Collected, CollectionFailed, Run, RunBatch, Setup, WarmJob
from ..protocol.records import Send, Unfit
from ..protocol.values import CollectionError, RunRequest
from ..protocol.wire import Wire
from . import import_phase
from .batch import Batch, SwappedUnit
from .failures import test_path
from .loaded_modules import module_names, modules_outside, thread_count
from .plugins import unregister_unused
from .pytest_compat import cache_package_imports, set_tmp_directory
from .pytest_session import collection_error, run_pytest
from .runner import Runner
from .stack_report import StackReporter


class WarmServer:
    """A plugin of pytest that serves candidates in place of running the tests."""

    session: pytest.Session
    runner: Runner

    def __init__(self, wire: Wire, setup: Setup, job: WarmJob) -> None:
        self.wire = wire
        self.setup = setup
        self.job = job
        self.errors: list[CollectionError] = []
        self.unit: SwappedUnit | None = None
        self.skipped_files: list[str] = []
        self.served = False
        self.begun = time.monotonic()
        self.found_test = False

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember what could not be collected."""
        if report.failed:
            self.errors.append(collection_error(report))

    @pytest.hookimpl(tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Optional[pytest.CollectReport]:
        """Skip a file once the budget is spent, unless it is certain to be needed or no other file had a test yet."""
        budget, name = self.job.budget, collector.nodeid
        if budget is None or time.monotonic() <= self.begun + budget.seconds:
            return None
        if self.found_test and name in self.job.selection and name not in budget.certain:
            self.skipped_files.append(name)
            return pytest.CollectReport(name, "passed", None, [])
        return None

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Note that a file that is not certain to be needed has a test."""
        budget = self.job.budget
        self.found_test = self.found_test or not budget or item.nodeid.partition("::")[0] not in budget.certain

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Report what was collected, then serve candidates until the controller ends."""
        import_phase.end()
        self.session = session
        self.served = True
        unregister_unused(session)
        cache_package_imports()
        self.runner = Runner(self.job.unit.file if self.job.unit else "")
        session.config.pluginmanager.register(self.runner)
        if self.job.unit:
            self.unit = self._find_unit(UnitCode(self.job.unit))
        self.wire.send(
            Collected(
                tests=tuple(item.nodeid for item in session.items),
                files=tuple(test_path(item) for item in session.items),
                errors=tuple(self.errors),
                skipped_files=tuple(self.skipped_files),
                functions=len(self.unit.functions) if self.unit else 0,
                threads=thread_count(),
                modules=tuple(modules_outside(self.setup.root)),
            )
        )
        ForkServer(self.wire, self.setup, self.run_child).serve()
        return True

    def _find_unit(self, code: UnitCode) -> SwappedUnit:
        """The unit's live functions. Its module is imported if the tests import it only while they run."""
        functions = code.live_functions()
        for name in module_names(code.file) if not functions else ():
            with contextlib.suppress(Exception):  # whatever the project's code raises
                importlib.import_module(name)
                functions = code.live_functions()
                if functions:
                    break
        return SwappedUnit(code, functions, clear_caches(os.path.realpath(self.setup.root)))

    def run_child(self, run: Union[Run, RunBatch], send: Send, directory: str) -> None:
        """In the child: swap the unit's code and run the tests."""
        if isinstance(run, RunBatch):
            if self.unit:
                Batch(self.session, self.runner, self.unit).run(run, send, directory)
            return
        set_tmp_directory(self.session.config, directory)
        if run.request.differential:
            if self.unit and run.version is not None:
                self._run_inputs(self.unit, self.unit.code.compile(run.version), run.request, send)
            return
        probe = None
        if self.unit and run.version is not None:
            transform = None
            if run.request.probe is not None:
                probe, transform = install_probe(run.request.probe, send)
            try:
                install(self.unit.functions, self.unit.code.compile(run.version, transform))
            except (SyntaxError, ValueError) as error:
                send(Unfit(str(error)))
                return
        calls = CallTrace(self.setup.root) if run.request.trace_calls else None
        stacks = StackReporter(send, probe or calls, self.setup.root, self.runner.unit_file)
        self.runner.start(send, run.request, probe or calls, stacks if run.request.stacks else None)
        self.runner.run(self._items(run.request), time.process_time)
        if probe:
            send(probe.report())
        if calls:
            sys.settrace(None)
            send(calls.report())

    def _items(self, request: RunRequest) -> list[tuple[int, pytest.Item]]:
        return [(number, self.session.items[number]) for number in request.limits]

    def _run_inputs(self, unit: SwappedUnit, code: CodeType, request: RunRequest, send: Send) -> None:
        """Record with which arguments the tests call the unit, then call it with similar ones and `code` in it."""
        recorder = CallRecorder(unit.functions[0].__code__)
        self.runner.start(send, request, recorder)
        self.runner.run(self._items(request), time.process_time)
        install(unit.functions, code)
        run_inputs(unit.functions[0], recorder, send)


def run(wire: Wire, setup: Setup, job: WarmJob) -> None:
    """Collect and serve. Nothing that pytest does at the end of a session is needed after that."""
    server = WarmServer(wire, setup, job)
    status = run_pytest(setup.root, setup.scratch, job.selection, plugins=[server])
    if not server.served:
        wire.send(CollectionFailed(status, tuple(server.errors)))
