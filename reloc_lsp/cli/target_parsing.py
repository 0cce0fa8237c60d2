"""Reading TARGET: the unit to revise, and the workspace that it belongs to."""

from __future__ import annotations

import os
import re
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path

from reloc_lsp.cli.errors import CallError
from reloc_lsp.revision import Target

MARKERS = ("pyproject.toml", "setup.cfg", "setup.py", "pytest.ini", "pytest.toml", "tox.ini", ".git")
"""Files and folders that mark the root of a project."""

TEST_FILES = ("test_*.py", "*_test.py")
SKIPPED_FOLDERS = {"node_modules", "venv", "site-packages", "__pycache__"}
MAX_FOLDERS = 5000
"""Folders searched for test files; chosen by hand, so that a call in a huge folder does not wait."""
FORMS = "A target is FILE, FILE::QUALNAME, FILE:LINE or the node id of a test."


def current_folder() -> Path:
    """The current folder; raises `CallError` if it has been deleted."""
    try:
        return Path.cwd()
    except OSError as error:
        raise CallError("The current folder does not exist any more: change to another one.") from error


def parse_target(text: str | None, here: Path) -> Target:
    """The target that `text` names, relative to the folder `here`; raises `CallError`.

    Whether the file has such a function or line is not checked here.
    """
    if text is None:
        return Target()
    if os.path.isfile(here / text):
        return Target(_existing(text, here))
    name, separator, qualname = text.partition("::")
    if separator:
        if not qualname:
            raise CallError(f"The target {text} names no function after the '::'. {FORMS}")
        qualname, bracket, case = qualname.partition("[")
        return Target(_existing(name, here), qualname=qualname.replace("::", "."), case=bracket + case)
    # Only digits after the last colon are a line: what follows the colon of C:\folder\file.py is none.
    with_line = re.fullmatch(r"(.*):([+-]?\d+)", text, re.DOTALL)
    if not with_line:
        return Target(_existing(text, here))
    line = int(with_line[2])
    if line < 1:
        raise CallError(f"The target {text} names line {line}, but lines count from 1.")
    return Target(_existing(with_line[1], here), line=line)


def workspace_root(file: Path | None, here: Path) -> Path:
    """The workspace of `file` (an absolute path), or of the folder `here` if there is no file.

    If `here` contains the file: `here` if it is marked as a project, else the nearest marked folder between the two,
    else `here` if it contains tests. Otherwise the nearest marked folder at or above the file, else the file's folder.
    """
    start = file.parent if file else here
    around = [start, *start.parents]
    if here in around:
        marked = next(filter(_has_marker, [here, *around[: around.index(here)]]), None)
        if marked or _has_tests(here):
            return marked or here
    return next(filter(_has_marker, around), start)


def _existing(name: str, here: Path) -> Path:
    if not name:
        raise CallError(f"The target names no file. {FORMS}")
    # Symbolic links stay: the user's path is the file's path in the workspace.
    path = Path(os.path.abspath(here / name))
    if os.path.isdir(path):
        raise CallError(f"{name} is a folder: name a Python file in it. {FORMS}")
    if not os.path.isfile(path):
        raise CallError(f"There is no file {name} in {here}. {FORMS}")
    return path


def _has_marker(folder: Path) -> bool:
    return any(os.path.lexists(folder / marker) for marker in MARKERS)


def _has_tests(folder: Path) -> bool:
    for _, folders, files in islice(os.walk(folder), MAX_FOLDERS):
        if any(fnmatch(file, pattern) for file in files for pattern in TEST_FILES):
            return True
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS and not name.startswith(".")]
    return False
