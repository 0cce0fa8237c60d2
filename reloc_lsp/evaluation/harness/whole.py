"""A whole pytest session on one candidate: cold in a process of its own, or in a fork taken before the project's
modules were imported (the fresh tier)."""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.machinery
import os
import time
from collections.abc import Callable, Generator, Sequence
from functools import partial
from types import CodeType
from typing import Any

import pytest

from .forkserver import ForkServer, die_with_parent, load_prctl
from .instrument import Probe, instrumented
from .runner import Runner, failure, test_path
from .session import arguments, collect_error
from .wire import Message, Send, Wire


class SourceOverlay:
    """Makes the import system read one file's source from memory."""

    def __init__(
        self, file: str, text: str | bytes, transform: Callable[[ast.Module], ast.Module] | None = None
    ) -> None:
        self.file = os.path.realpath(file)
        self.text = text
        self.transform = transform

    def install(self) -> None:
        """From now on the file's module is compiled from our text."""
        original = importlib.machinery.SourceFileLoader.get_code

        def get_code(loader: importlib.machinery.SourceFileLoader, fullname: str) -> CodeType | None:
            if os.path.realpath(loader.path) != self.file:
                return original(loader, fullname)
            tree = ast.parse(self.text, loader.path)
            if self.transform:
                tree = self.transform(tree)
            return compile(tree, loader.path, "exec", dont_inherit=True)

        importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]


class Ordered:
    """Puts the collected items into the order asked for and hands them to our runner."""

    def __init__(self, runner: Runner, wanted: Sequence[tuple[int, str]], send: Send) -> None:
        self.runner = runner
        self.wanted = wanted
        self.send = send

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Tell what could not be collected."""
        if report.failed:
            self.send({"collect_error": collect_error(report)})

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the wanted tests; one that was not collected is not reported, and so does not pass."""
        found = {item.nodeid: item for item in session.items}
        items = [(number, found[name]) for number, name in self.wanted if name in found]
        self.runner.run(items, time.process_time)
        return True


class Reporter:
    """Records of a session that runs pytest's own, full protocol."""

    def __init__(
        self, send: Send, wanted: Sequence[tuple[int, str]], unit_file: str, probe: Probe | None = None
    ) -> None:
        self.send = send
        self.numbers = {name: number for number, name in wanted}
        self.unit_file = unit_file
        self.probe = probe
        self.worst: dict[str, str] = {}
        self.details: dict[str, Message] = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Tell what could not be collected."""
        if report.failed:
            self.send({"collect_error": collect_error(report)})

    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Keep only the tests asked for (all when none were named)."""
        if self.numbers:
            items[:] = [item for item in items if item.nodeid in self.numbers]
        self.send({"begin": True})

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        if self.probe:
            self.probe.begin(self.numbers.get(nodeid, nodeid))

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, None, None]:
        """Note the failure's places while the exception is at hand."""
        yield
        if call.excinfo is not None and item.nodeid not in self.details:
            self.details[item.nodeid] = failure(call.excinfo.value, call.excinfo.tb, test_path(item), self.unit_file)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather a test's outcome over its phases."""
        rank = ("passed", "skipped", "xfailed", "failed")
        outcome = "xfailed" if report.skipped and hasattr(report, "wasxfail") else report.outcome
        if rank.index(outcome) >= rank.index(self.worst.get(report.nodeid, "passed")):
            self.worst[report.nodeid] = outcome

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """A test ended: send its record."""
        outcome = self.worst.get(nodeid, "failed")
        self.send(
            {
                "test": self.numbers.get(nodeid, nodeid),
                "outcome": outcome,
                "seconds": 0.0,
                "failure": self.details.get(nodeid) if outcome == "failed" else None,
            }
        )


class FreshServer:
    """Forks from a process that has imported pytest and third-party modules but none of the project's."""

    def __init__(self, config: Message) -> None:
        self.config = config
        for name in config.get("preload", []):
            with contextlib.suppress(BaseException):
                importlib.import_module(name)

    def run_child(self, request: Message, send: Send, folder: str) -> None:
        """In the child: a whole session with the candidate's text in place of the unit's file."""
        transform, probe = None, None
        if request.get("probe"):
            probe = Probe(send, request["entry"], request.get("sites"), request.get("last_calls"))
            probe.install()
            first, last = request["lines"]
            transform = partial(instrumented, first=first, last=last)
        if request.get("text") is not None:
            SourceOverlay(self.config["unit_file"], request["text"], transform).install()
        wanted = [(number, self.config["tests"][number]) for number in request["tests"]]
        runner = Runner(self.config["unit_file"])
        runner.start(send, request.get("failures_allowed"), probe)
        ordered = Ordered(runner, wanted, send)
        selection = list(dict.fromkeys(name.split("::")[0] for _, name in wanted))
        os.environ["TMPDIR"] = folder
        pytest.main(arguments(self.config["root"], selection, self.config["scratch"]), plugins=[ordered, runner])
        if probe:
            send({"probe": probe.report()})


def serve_fresh(wire: Wire, config: Message) -> None:
    """The fresh tier's server."""
    server = FreshServer(config)
    wire.send({"ready": True})
    ForkServer(wire, config["scratch"], server.run_child, config["workers"]).serve()


def run_cold(wire: Wire, config: Message) -> None:
    """One cold session with pytest's own protocol; records go straight to the controller."""
    die_with_parent(load_prctl())

    def send(record: Message) -> None:
        wire.send({**record, "nonce": config["nonce"]})

    probe = None
    unit_file = config["unit_file"]
    if config.get("probe"):
        first, last, entry = config["probe"]
        probe = Probe(send, entry)
        probe.install()
        with open(unit_file, "rb") as file:
            overlay = SourceOverlay(unit_file, file.read(), partial(instrumented, first=first, last=last))
        overlay.install()
    wanted = list(enumerate(config["tests"]))
    reporter = Reporter(send, wanted, unit_file, probe)
    status = pytest.main(arguments(config["root"], config["selection"], config["scratch"]), plugins=[reporter])
    send({"end": True, "status": int(status)})
