"""How pytest is called: the project's own configuration, less what would run or write something besides the tests."""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Sequence

import pytest

# Distribution's pytest plugin -> arguments that keep it from distributing, measuring or shuffling.
CALMED = {
    "xdist": ["-n0"],
    "pytest_cov": ["--no-cov"],
    "randomly": ["-p", "no:randomly"],
    "random_order": ["-p", "no:random_order"],
    "benchmark": ["--benchmark-disable"],
    "hypothesispytest": ["--hypothesis-seed=0"],
    "rerunfailures": ["--reruns=0"],
}


def arguments(root: str, selection: Sequence[str], scratch: str) -> list[str]:
    """pytest's arguments for the files or node ids in `selection`."""
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


def collect_error(report: pytest.CollectReport) -> dict[str, str]:
    """What a failed collection says, its last lines, which name the cause."""
    return {"where": report.nodeid, "text": str(report.longrepr)[-1500:]}
