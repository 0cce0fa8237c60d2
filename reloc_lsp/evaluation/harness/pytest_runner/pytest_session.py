"""How pytest is called: the project's own configuration, less what would run or write something besides the tests."""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Sequence

import pytest

from ..protocol.messages import CollectionError
from .pytest_compat import keep_rerunfailures_from_threads

# Distribution's pytest plugin -> arguments that keep it from distributing, measuring or shuffling.
CALMED = {
    "xdist": ["-n0"],
    "pytest_cov": ["--no-cov"],
    "randomly": ["-p", "no:randomly"],
    "random_order": ["-p", "no:random_order"],
    "benchmark": ["--benchmark-disable"],
    "hypothesispytest": ["--hypothesis-seed=0"],
}


class Unthreaded:
    """A pytest plugin that keeps others from threads they need for xdist's workers alone: here there are none."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self) -> None:
        """Before rerunfailures is configured, which would listen in a thread; forking is not safe beside one."""
        keep_rerunfailures_from_threads()


def run_pytest(root: str, scratch: str, selection: Sequence[str], *more: str, plugins: Sequence[object] = ()) -> int:
    """Call pytest for the files or node ids in `selection`, and return its exit status."""
    called = [*_arguments(root, selection, scratch), *more]
    return int(pytest.main(called, plugins=[*plugins, Unthreaded()]))


def _arguments(root: str, selection: Sequence[str], scratch: str) -> list[str]:
    plugins = {
        entry.name
        for dist in importlib.metadata.distributions()
        for entry in dist.entry_points
        if entry.group == "pytest11"
    }
    calm = [argument for name, more in CALMED.items() if name in plugins for argument in more]
    cache = os.path.join(scratch, "cache")
    return [
        *selection,
        "--rootdir=" + root,
        "-o",
        "cache_dir=" + cache,
        "-q",
        "-s",
        "--maxfail=0",
        "--continue-on-collection-errors",
        "--no-header",
        "--no-summary",
        *calm,
    ]


def collect_error(report: pytest.CollectReport) -> CollectionError:
    """What a failed collection says, its last lines, which name the cause."""
    return CollectionError(report.nodeid, str(report.longrepr)[-1500:])
