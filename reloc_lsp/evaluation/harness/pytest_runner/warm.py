"""The warm tier: pytest has collected once; each candidate is a fork in which the unit's code is swapped."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import sys
import threading
import time
from types import CodeType, FrameType, FunctionType
from typing import Any, Optional, Union

import pytest

from ..isolation.code_swap import UnitCode, clear_caches, install
from ..isolation.forkserver import ForkServer
from ..probe.call_recorder import CallRecorder
from ..probe.differential_inputs import run_inputs
from ..probe.instrument import instrumented
from ..probe.unit_probe import UnitProbe
from ..protocol.messages import (
    CalledFunction,
    CallsReport,
    Collected,
    CollectionError,
    CollectionFailed,
    Run,
    RunBatch,
    RunRequest,
    Send,
    Setup,
    Unfit,
    WarmJob,
)
from ..protocol.wire import Wire
from . import import_phase
from .batch import Batch
from .pytest_compat import cache_package_imports, set_tmp_directory
from .pytest_session import collect_error, run_pytest
from .runner import Runner, drop_reporting_plugins, test_path


class WarmServer:
    """A pytest plugin that takes the place of the test loop."""

    session: pytest.Session
    runner: Runner

    def __init__(self, wire: Wire, setup: Setup, job: WarmJob) -> None:
        self.wire = wire
        self.setup = setup
        self.job = job
        self.errors: list[CollectionError] = []
        self.unit = UnitCode(job.unit) if job.unit else None
        self.functions: list[FunctionType] = []
        self.caches: list[Any] = []
        self.skipped_files: list[str] = []
        self.served = False
        self.begun = time.monotonic()
        self.found = False

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember what could not be collected."""
        if report.failed:
            self.errors.append(collect_error(report))

    @pytest.hookimpl(tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Optional[pytest.CollectReport]:
        """Leave the files that are not reached in time, but not those that are sure to be wanted and one more."""
        budget, name = self.job.budget, collector.nodeid
        if budget is None or time.monotonic() <= self.begun + budget.seconds:
            return None
        if self.found and name in self.job.selection and name not in budget.certain:
            self.skipped_files.append(name)
            return pytest.CollectReport(name, "passed", None, [])
        return None

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """There is a test, in a file that was not sure to have one."""
        budget = self.job.budget
        self.found = self.found or not budget or item.nodeid.partition("::")[0] not in budget.certain

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Say what was collected, then serve candidates until told to stop."""
        import_phase.end()
        self.session = session
        self.served = True
        drop_reporting_plugins(session)
        cache_package_imports()
        self.runner = Runner(self.unit.file if self.unit else "")
        session.config.pluginmanager.register(self.runner)
        if self.unit:
            self.functions = self.unit.live_functions() or self._import_unit(self.unit)
            self.caches = clear_caches(os.path.realpath(self.setup.root))
        self.wire.send(
            Collected(
                tests=tuple(item.nodeid for item in session.items),
                files=tuple(test_path(item) for item in session.items),
                errors=tuple(self.errors),
                skipped_files=tuple(self.skipped_files),
                functions=len(self.functions),
                threads=os_threads(),
                modules=tuple(preloadable(self.setup.root)),
            )
        )
        ForkServer(self.wire, self.setup, self.run_child).serve()
        return True

    @staticmethod
    def _import_unit(unit: UnitCode) -> list[FunctionType]:
        """Import the unit's module if the tests import it only while they run."""
        file = os.path.realpath(unit.file)
        stem = file[:-3]
        for entry in sys.path:
            base = os.path.realpath(entry) + os.sep
            if stem.startswith(base):
                name = stem[len(base) :].replace(os.sep, ".")
                with contextlib.suppress(Exception):
                    importlib.import_module(name[: -len(".__init__")] if name.endswith(".__init__") else name)
                    found = unit.live_functions()
                    if found:
                        return found
        return []

    def run_child(self, run: Union[Run, RunBatch], send: Send, folder: str) -> None:
        """In the child: swap the unit's code and run the tests."""
        if isinstance(run, RunBatch):
            if self.unit:
                Batch(self.session, self.runner, self.unit, self.functions, self.caches).run(run, send, folder)
            return
        set_tmp_directory(self.session.config, folder)
        request = run.request
        if request.differential:
            if self.unit and run.version is not None:
                self._try(self.unit.compile(run.version), request, send)
            return
        probe = None
        if self.unit and run.version is not None:
            transform = None
            if request.probe is not None:
                probe = UnitProbe(send, request.probe)
                probe.install()
                first, last = request.probe.lines
                transform = functools.partial(instrumented, first=first, last=last)
            try:
                install(self.functions, self.unit.compile(run.version, transform))
            except (SyntaxError, ValueError) as error:
                send(Unfit(str(error)))
                return
        calls = CallTrace(self.setup.root) if request.trace_calls else None
        self.runner.start(send, request, probe or calls)
        self.runner.run(self._items(request), time.process_time)
        if probe:
            send(probe.report())
        if calls:
            sys.settrace(None)
            send(CallsReport(calls.report()))

    def _items(self, request: RunRequest) -> list[tuple[int, pytest.Item]]:
        return [(number, self.session.items[number]) for number in request.limits]

    def _try(self, code: CodeType, request: RunRequest, send: Send) -> None:
        """Run the tests to record what they call the unit with, and then calls like those with `code` in it."""
        recorder = CallRecorder(self.functions[0].__code__)
        self.runner.start(send, request, recorder)
        self.runner.run(self._items(request), time.process_time)
        install(self.functions, code)
        run_inputs(self.functions[0], recorder, send)


class CallTrace:
    """Which functions of the project each test calls, for finding the unit to revise."""

    reached = True

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root) + os.sep
        self.calls: dict[CodeType, set[int]] = {}
        self.test = -1

    def begin(self, test: int) -> None:
        """A test begins: from now on its calls are noted."""
        self.test = test
        sys.settrace(self._called)
        threading.settrace(self._called)

    def compared(self, operator: str, left: Any, right: Any) -> None:
        """What a test compares does not matter here."""

    def end(self, error: BaseException | None) -> None:
        """How the test ended does not matter here."""

    def _called(self, frame: FrameType, event: str, argument: Any) -> None:
        self.calls.setdefault(frame.f_code, set()).add(self.test)

    def report(self) -> tuple[CalledFunction, ...]:
        """Every function called in the project's files."""
        found = []
        for code, tests in self.calls.items():
            # Code without a file has a name like "<string>".
            file = os.path.realpath(code.co_filename) if os.path.isabs(code.co_filename) else ""
            if file.startswith(self.root):
                name = os.path.relpath(file, self.root)
                found.append(CalledFunction(name, code.co_firstlineno, tuple(sorted(tests))))
        return tuple(found)


def os_threads() -> int:
    """Threads of this process, those of C libraries included where the system tells."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()


def preloadable(root: str) -> list[str]:
    """Modules now loaded that are not of the project: a fresh start may import them before it forks."""
    root = os.path.realpath(root) + os.sep
    names = []
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and not os.path.realpath(file).startswith(root) and not name.startswith(("_reloc_harness", "__")):
            names.append(name)
    return names


def run(wire: Wire, setup: Setup, job: WarmJob) -> None:
    """Collect, serve, and leave without pytest's end of session: nothing of it is wanted."""
    server = WarmServer(wire, setup, job)
    status = run_pytest(setup.root, setup.scratch, job.selection, plugins=[server])
    if not server.served:
        wire.send(CollectionFailed(status, tuple(server.errors)))
