"""A quick scan of a workspace: whether it is large, which folders are not the project's, and where its links lead."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reloc_lsp.evaluation.workspace.withheld_files import WithheldFiles

EXCLUDED_NAMES = {
    ".git", ".hg", ".svn", "__pycache__", "node_modules", ".tox", ".nox", ".mypy_cache", ".pytest_cache",
    ".ruff_cache", ".hypothesis", ".idea", ".vscode", ".eggs",
}  # fmt: skip
"""Folders with these names hold the version history, caches or installed packages; the tests do not need them."""
LARGE_WORKSPACE_FILES = 2_000
"""A workspace with more files is large. Chosen by hand."""
LARGE_WORKSPACE_BYTES = 50 << 20
"""A workspace with more bytes is large. Chosen by hand."""
MAX_PATH = 3_800
"""Bytes of a path below which all entries can be read: Linux takes 4,095, and a name has 255 at most."""
SCAN_DEPTH = 2
"""How many levels of folders `scan_top` reads: the workspace itself, and the folders in it. Chosen by hand."""


@dataclass
class WorkspaceScan:
    """What is special in the top folders of a workspace.

    `excluded` are folders that are no part of the project: virtual environments, caches, the version history.
    `linked_outside` are paths outside of the workspace that links in it lead to. `relocated` are folders that hold a
    link which would lead elsewhere if the workspace were at another path.
    """

    excluded: list[Path] = field(default_factory=list)
    linked_outside: set[Path] = field(default_factory=set)
    relocated: set[Path] = field(default_factory=set)


def is_excluded(folder: str, name: str) -> bool:
    """Whether a folder whose last part is `name` is no part of the project."""
    return name in EXCLUDED_NAMES or is_environment(folder)


def is_environment(folder: str) -> bool:
    """Whether a folder is a virtual environment."""
    return os.path.exists(os.path.join(folder, "pyvenv.cfg"))


def is_large(root: Path) -> bool:
    """Whether copying the project's files would take long. The scan stops as soon as this is known."""
    size = 0
    for files, entry in enumerate(_project_files(str(root)), 1):
        size += entry.stat(follow_symlinks=False).st_size
        if files > LARGE_WORKSPACE_FILES or size > LARGE_WORKSPACE_BYTES:
            return True
    return False


def exceeds(folder: Path, entries: int, size: int) -> bool:
    """Whether a folder holds more than that many files and folders, or more bytes; the walk stops once it is known.

    So does one with a path that is too long to be read.
    """
    for number, entry in enumerate(_all_entries(str(folder)), 1):
        with contextlib.suppress(OSError):  # it is gone
            size -= entry.stat(follow_symlinks=False).st_size
        if number > entries or size < 0 or len(os.fsencode(entry.path)) > MAX_PATH:
            return True
    return False


def scan_top(root: Path, rule: WithheldFiles) -> WorkspaceScan:
    """Scan the top folders of the workspace at `root`, a path without symbolic links.

    Links that the `rule` withholds are passed over, and folders that it shows are not excluded.
    """
    scan, folders = WorkspaceScan(), [root]
    for depth in range(1, SCAN_DEPTH + 1):
        inner: list[Path] = []
        for folder in folders:
            for entry in list_entries(str(folder)):
                if entry.is_symlink():
                    if not rule.withholds_link(root, Path(entry.path)):
                        _add_link(root, Path(entry.path), scan)
                elif entry.is_dir() and rule.shows(Path(entry.path).relative_to(root).as_posix()):
                    inner.append(Path(entry.path))
                elif entry.is_dir() and ((depth == 1 and entry.name in EXCLUDED_NAMES) or is_environment(entry.path)):
                    scan.excluded.append(Path(entry.path))
                elif entry.is_dir():
                    inner.append(Path(entry.path))
        folders = inner
    return scan


def find_withheld(root: Path, rule: WithheldFiles) -> list[str]:
    """The paths of all files and folders below `root` that the `rule` withholds, relative to it.

    Folders that are excluded are not searched.
    """
    found: list[str] = []
    waiting = [(str(root), "")]
    while waiting:
        folder, above = waiting.pop()
        for entry in list_entries(folder):
            name = above + entry.name
            if rule.withholds_entry(root, entry, name):
                found.append(name)
            elif entry.is_dir(follow_symlinks=False) and (rule.shows(name) or not is_excluded(entry.path, entry.name)):
                waiting.append((entry.path, name + "/"))
    return sorted(found)


def outside_target(root: Path, link: Path) -> Path | None:
    """The target of a link, if it is outside of the workspace `root` and tests may see it; else `None`.

    Virtual environments are not shown to tests in this way.
    """
    target = Path(os.path.realpath(link))
    if target.is_relative_to(root) or is_environment(str(target)):
        return None
    return target if target.is_file() or target.is_dir() else None


def list_entries(folder: str) -> list[os.DirEntry[str]]:
    """The entries of a folder; none if it cannot be read."""
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []


def _all_entries(folder: str) -> Iterator[os.DirEntry[str]]:
    waiting = [folder]
    while waiting:
        for entry in list_entries(waiting.pop()):
            yield entry
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)


def _project_files(folder: str) -> Iterator[os.DirEntry[str]]:
    for entry in list_entries(folder):
        if entry.is_dir(follow_symlinks=False):
            if not is_excluded(entry.path, entry.name):
                yield from _project_files(entry.path)
        elif entry.is_file(follow_symlinks=False):
            yield entry


def _add_link(root: Path, link: Path, scan: WorkspaceScan) -> None:
    outside = outside_target(root, link)
    if outside:
        scan.linked_outside.add(outside)
    text = os.readlink(link)
    absolute = os.path.isabs(text)
    target = os.path.realpath(text) if absolute else os.path.normpath(link.parent / text)
    # An absolute link into the workspace, or a relative link out of it, leads elsewhere in a workspace that has moved.
    if absolute == Path(target).is_relative_to(root) and link.exists():
        scan.relocated.add(link.parent)
