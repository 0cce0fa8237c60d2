"""Collection alone: which tests there are where no process can be forked, or which permissions collecting requires."""

from __future__ import annotations

import os

import pytest

from ..isolation.audit_events import AuditListener
from ..isolation.missing_files import MissingFiles
from ..isolation.missing_variables import MissingVariables
from ..protocol.messages import Collected, CollectionFailed, CollectionJob, Setup
from ..protocol.values import CollectionError
from ..protocol.wire import Wire
from .failures import test_path
from .pytest_session import collection_error, run_pytest


class Collection:
    """A plugin of pytest that reports what was collected and runs no test."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.errors: list[CollectionError] = []
        self.reported = False

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember what could not be collected."""
        if report.failed:
            self.errors.append(collection_error(report))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Send `Collected`, and skip pytest's own loop."""
        self.reported = True
        names = tuple(item.nodeid for item in session.items)
        files = tuple(test_path(item) for item in session.items)
        self.wire.send(Collected(names, files, tuple(self.errors)))
        return True


def run(wire: Wire, setup: Setup, job: CollectionJob) -> None:
    """Collect the selection, and send `Collected` or `CollectionFailed`.

    A job with `learn` sends a `PermissionRequired` before that for each permission that importing and collecting
    require, a `FileMissing` for each file that is missing for them, and a `VariableMissing` for each variable.
    """
    if job.learn:
        missing = MissingFiles(wire.send, setup)
        MissingVariables(wire.send, setup.root).watch()
        AuditListener(wire.send, missing, *(os.path.join(setup.scratch, name) for name in ("tmp", "cache"))).install()
    collection = Collection(wire)
    status = run_pytest(setup.root, setup.scratch, job.selection, plugins=[collection])
    if not collection.reported:
        wire.send(CollectionFailed(status, tuple(collection.errors)))
