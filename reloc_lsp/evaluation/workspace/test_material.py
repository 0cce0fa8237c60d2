"""Finds what belongs to the tests of a workspace: the subject process, which runs a candidate, must not have it."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterable
from pathlib import Path

from reloc_lsp.evaluation.workspace.workspace_scan import is_excluded

TEST_FOLDERS = frozenset({"test", "tests", "testing"})
"""Names of folders that hold nothing but tests and their data, if a test file is in them."""
TEST_FILES = ("test_*.py", "*_test.py", "tests.py", "conftest.py")
"""Names of files that pytest collects or reads in most projects."""


def test_material(root: Path, test_files: Iterable[str], unit_file: Path, *, searched: bool) -> tuple[Path, ...]:
    """Folders and files with tests, relative to the workspace `root`; never one that holds the `unit_file`.

    `test_files` are the collected ones, relative to `root`. Where the workspace is `searched`, files that look like
    tests by their names are found too.
    """
    found: dict[Path, None] = {}
    for name in map(Path, test_files):
        folders = [folder for folder in reversed(name.parents) if folder.name in TEST_FOLDERS]
        whole = next((folder for folder in folders if not unit_file.is_relative_to(folder)), name)
        if whole != unit_file:
            found[whole] = None
    if searched:
        for folder, inner, files in os.walk(root):
            here = Path(folder).relative_to(root)
            inner[:] = [one for one in inner if here / one not in found and not is_excluded(f"{folder}/{one}", one)]
            for one in files:
                if any(fnmatch.fnmatch(one, pattern) for pattern in TEST_FILES) and here / one != unit_file:
                    found[here / one] = None
    return tuple(found)
