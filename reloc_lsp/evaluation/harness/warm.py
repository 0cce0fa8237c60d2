"""The warm tier: pytest has collected once; each candidate is a fork in which the unit's code is swapped."""

import importlib
import os
import sys
import threading
import time

import pytest

from .forkserver import ForkServer
from .instrument import Probe, instrumented
from .runner import Runner, drop_reporting_plugins, test_path
from .session import arguments, collect_error
from .unitcode import UnitCode, clear_caches, install


class WarmServer:
    """A pytest plugin that takes the place of the test loop."""

    def __init__(self, wire, config):
        self.wire = wire
        self.config = config
        self.errors = []
        self.unit = UnitCode(config["unit"]) if config.get("unit") else None
        self.functions = []
        self.session = None
        self.served = False

    def pytest_collectreport(self, report):
        """Remember what could not be collected."""
        if report.failed:
            self.errors.append(collect_error(report))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        """Say what was collected, then serve candidates until told to stop."""
        self.session = session
        self.served = True
        drop_reporting_plugins(session)
        if self.unit:
            self.functions = self.unit.live_functions() or self._import_unit()
            clear_caches()
        self.wire.send({
            "collected": [item.nodeid for item in session.items],
            "files": [test_path(item) for item in session.items],
            "errors": self.errors,
            "functions": len(self.functions),
            "threads": os_threads(),
            "modules": preloadable(self.config["root"]),
        })
        ForkServer(self.wire, self.config["scratch"], self.run_child, self.config["workers"]).serve()
        return True

    def _import_unit(self):
        """Import the unit's module if the tests import it only while they run."""
        file = os.path.realpath(self.unit.file)
        stem = file[:-3]
        for entry in sys.path:
            base = os.path.realpath(entry) + os.sep
            if stem.startswith(base):
                name = stem[len(base) :].replace(os.sep, ".")
                try:
                    importlib.import_module(name[: -len(".__init__")] if name.endswith(".__init__") else name)
                except Exception:
                    continue
                found = self.unit.live_functions()
                if found:
                    return found
        return []

    def run_child(self, request, send, folder):
        """In the child: patch the unit and run the tests asked for."""
        use_folder(self.session.config, folder)
        probe = None
        if request.get("source") is not None:
            transform = None
            if request.get("probe"):
                probe = Probe(send, request["entry"], request.get("sites"), request.get("last_calls"))
                probe.install()
                first, last = request["lines"]
                transform = lambda tree: instrumented(tree, first, last)  # noqa: E731
            try:
                install(self.functions, self.unit.compile(request["source"], transform))
            except (SyntaxError, ValueError) as error:
                send({"unfit": str(error)})
                return
        calls = None
        if request.get("trace_calls"):
            calls = CallTrace(self.config["root"])
        runner = Runner(send, self.config["unit"]["file"] if self.unit else "", request.get("failures_allowed"), probe or calls)
        self.session.config.pluginmanager.register(runner)
        items = [(number, self.session.items[number]) for number in request["tests"]]
        runner.run(items, time.process_time)
        if probe:
            send({"probe": probe.report()})
        if calls:
            sys.settrace(None)
            send({"calls": calls.report()})


class CallTrace:
    """Which functions of the project each test calls, for finding the unit to revise."""

    def __init__(self, root):
        self.root = os.path.realpath(root) + os.sep
        self.calls = {}
        self.test = None

    def begin(self, test):
        """A test begins: from now on its calls are noted."""
        self.test = test
        sys.settrace(self._called)
        threading.settrace(self._called)

    def _called(self, frame, event, argument):
        self.calls.setdefault(frame.f_code, set()).add(self.test)

    def report(self):
        """`[file, first line, tests]` of every function called in the project's files."""
        found = []
        for code, tests in self.calls.items():
            file = os.path.realpath(code.co_filename)
            if file.startswith(self.root):
                found.append([os.path.relpath(file, self.root), code.co_firstlineno, sorted(tests)])
        return found


def use_folder(config, folder):
    """Give this child its own place for `tmp_path`."""
    factory = getattr(config, "_tmp_path_factory", None)
    if factory is not None:
        from pathlib import Path

        factory._basetemp = None
        factory._given_basetemp = Path(folder) / "tmp"
    os.environ["TMPDIR"] = folder
    import tempfile

    tempfile.tempdir = None


def os_threads():
    """Threads of this process, those of C libraries included where the system tells."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()


def preloadable(root):
    """Modules now loaded that are not of the project: a fresh start may import them before it forks."""
    root = os.path.realpath(root) + os.sep
    names = []
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and not os.path.realpath(file).startswith(root) and not name.startswith(("_reloc_harness", "__")):
            names.append(name)
    return names


def run(wire, config):
    """Collect, serve, and leave without pytest's end of session: nothing of it is wanted."""
    server = WarmServer(wire, config)
    status = pytest.main(arguments(config["root"], config["selection"], config["scratch"]), plugins=[server])
    if not server.served:
        wire.send({"failed": int(status), "errors": server.errors})
