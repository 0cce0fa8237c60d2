"""Reads the files that decide what the tests demand, so that a candidate that changes one of them is not believed."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Mapping
from pathlib import Path

from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy

CONFIGURATION_FILES = (
    "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "pyproject.toml", "tox.ini", "setup.cfg",
    "conftest.py", "sitecustomize.py", "usercustomize.py",
)  # fmt: skip
"""Files that configure pytest or Python, in the folder of a test file or in a folder above it."""
MAX_FILE_BYTES = 64 << 20
"""Longer files are not read, because a candidate may have made them. Chosen by hand: no source file is this long."""


def protected_contents(copy: ScratchCopy, root: Path, tests: Collection[str]) -> Mapping[Path, bytes | None]:
    """The contents of the files `tests` (relative to `root`) and of all files that may configure them.

    `root` is the root of the workspace in the scratch copy. A path has `None` if there is no file, if it is not a
    regular file, or if the file is too long.
    """
    files = [root / test for test in tests]
    folders = {folder for file in files for folder in file.parents if folder.is_relative_to(root)} | {root}
    files += [folder / name for folder in folders for name in CONFIGURATION_FILES]
    return {file: _content(copy.content_path(root, file)) for file in files if file.is_relative_to(root)}


def _content(file: Path) -> bytes | None:
    # A candidate may have put a pipe there that nobody writes to, or a device without an end.
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as opened:
        status = os.fstat(descriptor)
        is_readable = stat.S_ISREG(status.st_mode) and status.st_size <= MAX_FILE_BYTES
        return opened.read(MAX_FILE_BYTES) if is_readable else None
