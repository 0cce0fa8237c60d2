"""The fresh tier: a pytest session for each candidate, in a fork taken before the project's modules were imported."""

from __future__ import annotations

import contextlib
import importlib
import os
import time
from collections.abc import Sequence

import pytest

from ..isolation.forkserver import ForkServer
from ..isolation.source_overlay import overlay_source
from ..protocol.wire import Message, Send, Wire
from . import import_phase
from .pytest_session import collect_error, run_pytest
from .runner import MEDDLING_PLUGINS, Runner, unregister


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
        """Run the wanted tests; those that were not collected fail."""
        import_phase.end()
        unregister(session, MEDDLING_PLUGINS)
        found = {item.nodeid: item for item in session.items}
        if found:
            missing = pytest.Function.from_parent(session, name="missing", callobj=_not_collected)
            items = [(number, found.get(name, missing)) for number, name in self.wanted]
            self.runner.run(items, time.process_time)
        return True


def _not_collected() -> None:
    raise LookupError("with this version of the unit the test was not collected")


class FreshServer:
    """Forks from a process that has imported pytest and third-party modules but none of the project's."""

    def __init__(self, config: Message) -> None:
        self.config = config
        for name in config.get("preload", []):
            with contextlib.suppress(BaseException):
                importlib.import_module(name)

    def run_child(self, request: Message, send: Send, folder: str) -> None:
        """In the child: a whole session with the candidate's text in place of the unit's file."""
        probe = overlay_source(request, send, self.config["unit_file"], request["text"])
        wanted = [(number, self.config["tests"][number]) for number in request["tests"]]
        runner = Runner(self.config["unit_file"])
        runner.start(send, request, probe)
        ordered = Ordered(runner, wanted, send)
        selection = list(dict.fromkeys(name.split("::")[0] for _, name in wanted))
        own = {**self.config, "scratch": os.path.dirname(folder)}
        run_pytest(own, selection, "-W", "ignore::pytest.PytestAssertRewriteWarning", plugins=[ordered, runner])
        if probe:
            send({"probe": probe.report()})


def run(wire: Wire, config: Message) -> None:
    """The fresh tier's server."""
    server = FreshServer(config)
    wire.send({"ready": True})
    ForkServer(wire, config, server.run_child).serve()
