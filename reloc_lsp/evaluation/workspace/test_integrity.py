"""The files that say what a test demands: a candidate that changes one of them is not judged by it."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Mapping
from pathlib import Path

from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy

CONFIGURATION = (
    "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "pyproject.toml", "tox.ini", "setup.cfg",
    "conftest.py", "sitecustomize.py", "usercustomize.py",
)  # fmt: skip
LONGEST = 64 << 20


def guarded(copy: ScratchCopy, root: Path, tests: Collection[str]) -> Mapping[Path, bytes | None]:
    """What the test files in the copy at `root`, and all that may configure them, hold now.

    `None` stands for what is not there, is no plain file or is longer than any source.
    """
    files = [root / test for test in tests]
    folders = {folder for file in files for folder in file.parents if folder.is_relative_to(root)} | {root}
    files += [folder / name for folder in folders for name in CONFIGURATION]
    return {file: _content(copy.content_path(root, file)) for file in files if file.is_relative_to(root)}


def _content(file: Path) -> bytes | None:
    # What a candidate put there may be a pipe that nobody writes to, or have no end.
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as opened:
        kind = os.fstat(descriptor)
        return opened.read(LONGEST) if stat.S_ISREG(kind.st_mode) and kind.st_size <= LONGEST else None
