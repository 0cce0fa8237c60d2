"""How pytest is called: with the project's configuration, but without what distributes, measures or shuffles tests."""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Sequence

import pytest

from ..protocol.values import CollectionError
from .pytest_compat import keep_rerunfailures_from_threads

ARGUMENTS_OF_PLUGIN = {
    "xdist": ["-n0"],
    "pytest_cov": ["--no-cov"],
    "randomly": ["-p", "no:randomly"],
    "random_order": ["-p", "no:random_order"],
    "benchmark": ["--benchmark-disable"],
    "hypothesispytest": ["--hypothesis-seed=0"],
}
"""For the names of installed plugins, arguments that keep them from distributing, measuring or shuffling tests."""
MAX_ERROR_TEXT = 1500
"""Characters at the end of a collection error that are reported: its last lines name the cause. Chosen by hand."""


class ThreadlessPlugins:
    """A plugin of pytest that keeps other plugins from starting threads."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self) -> None:
        """Change the plugins before they are configured."""
        keep_rerunfailures_from_threads()


def run_pytest(root: str, scratch: str, selection: Sequence[str], *more: str, plugins: Sequence[object] = ()) -> int:
    """Call pytest for the files or node ids in `selection`, with `more` arguments, and return its exit status.

    pytest's cache is in the directory `scratch`.
    """
    arguments = [*_arguments(root, scratch, selection), *more]
    return int(pytest.main(arguments, plugins=[*plugins, ThreadlessPlugins()]))


def _arguments(root: str, scratch: str, selection: Sequence[str]) -> list[str]:
    installed = {
        entry.name
        for distribution in importlib.metadata.distributions()
        for entry in distribution.entry_points
        if entry.group == "pytest11"
    }
    of_plugins = [text for name, texts in ARGUMENTS_OF_PLUGIN.items() if name in installed for text in texts]
    return [
        *selection,
        "--rootdir=" + root,
        "-o",
        "cache_dir=" + os.path.join(scratch, "cache"),
        "-q",
        "-s",
        "--maxfail=0",
        "--continue-on-collection-errors",
        "--no-header",
        "--no-summary",
        *of_plugins,
    ]


def collection_error(report: pytest.CollectReport) -> CollectionError:
    """The node that could not be collected, and the last lines of pytest's text."""
    return CollectionError(report.nodeid, str(report.longrepr)[-MAX_ERROR_TEXT:])
