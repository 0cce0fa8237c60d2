"""Each folder is listed once, however many files in it are named.

pytest makes a node of every file in a folder anew for each of its files that is named on the command line, for those
who name a file twice. Of a folder with hundreds of tests that takes longer than all the rest.
"""

from __future__ import annotations

from typing import Any

import pytest


def list_once() -> None:
    """Have pytest sessions of this process do so; versions that collect in another way are left alone."""
    collect_one: Any = getattr(pytest.Session, "_collect_one_node", None)
    directory: Any = getattr(pytest, "Directory", None)
    if collect_one is None or directory is None:
        return

    def collect(session: pytest.Session, node: pytest.Collector, handle_dupes: bool = True) -> Any:
        return collect_one(session, node, handle_dupes or isinstance(node, directory))

    pytest.Session._collect_one_node = collect  # type: ignore[method-assign, assignment]
