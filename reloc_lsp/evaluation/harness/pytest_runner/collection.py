"""Collection alone: what there is to run, where no process can be forked, and what it takes to get that far."""

from __future__ import annotations

import os

import pytest

from ..isolation.audit_events import AuditListener
from ..protocol.messages import Collected, CollectionError, CollectionFailed, CollectionJob, Setup
from ..protocol.wire import Wire
from .pytest_session import collect_error, run_pytest
from .runner import test_path


class Collection:
    """A pytest plugin that tells what was collected and runs nothing."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.errors: list[CollectionError] = []
        self.told = False

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember what could not be collected."""
        if report.failed:
            self.errors.append(collect_error(report))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Tell the controller, in place of running the tests."""
        self.told = True
        names = tuple(item.nodeid for item in session.items)
        files = tuple(test_path(item) for item in session.items)
        self.wire.send(Collected(names, files, tuple(self.errors)))
        return True


def run(wire: Wire, setup: Setup, job: CollectionJob) -> None:
    """Collect the selection and say what was found, or that pytest did not get that far.

    Asked to `learn`, tell before that what importing and collecting need besides the processor.
    """
    if job.learn:
        AuditListener(wire.send, *(os.path.join(setup.scratch, name) for name in ("tmp", "cache"))).install()
    collection = Collection(wire)
    status = run_pytest(setup.root, setup.scratch, job.selection, plugins=[collection])
    if not collection.told:
        wire.send(CollectionFailed(status, tuple(collection.errors)))
