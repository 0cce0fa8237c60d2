"""A quick look at a workspace: whether it is large, what of it is not the project's, where its links lead."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SKIPPED = {
    ".git", ".hg", ".svn", "__pycache__", "node_modules", ".tox", ".nox", ".mypy_cache", ".pytest_cache",
    ".ruff_cache", ".hypothesis", ".idea", ".vscode", ".eggs",
}  # fmt: skip
MOST_FILES, MOST_BYTES = 2_000, 50 << 20
"""A workspace with more of either is large."""
DEPTH = 2
"""Folders that are looked into for environments and links: the workspace's own, and those in it."""


@dataclass
class Outline:
    """What is special at the top of a workspace.

    `apart` are folders that are no part of the project: environments, caches, the history. `linked` are places outside
    that links lead to. `relinked` are folders with links that lead elsewhere once the workspace stands elsewhere.
    """

    apart: list[Path] = field(default_factory=list)
    linked: set[Path] = field(default_factory=set)
    relinked: set[Path] = field(default_factory=set)


def is_apart(folder: str, name: str) -> bool:
    """Whether a folder named `name` is no part of the project."""
    return name in SKIPPED or is_environment(folder)


def is_environment(folder: str) -> bool:
    """Whether a folder is a virtual environment."""
    return os.path.exists(os.path.join(folder, "pyvenv.cfg"))


def is_large(root: Path) -> bool:
    """Whether the project's files are more than is copied in a moment; stops looking as soon as that is known."""
    size = 0
    for files, entry in enumerate(_files(str(root)), 1):
        size += entry.stat(follow_symlinks=False).st_size
        if files > MOST_FILES or size > MOST_BYTES:
            return True
    return False


def outline(root: Path) -> Outline:
    """Look at the top of the workspace at `root`, a real path."""
    found, folders = Outline(), [root]
    for depth in range(1, DEPTH + 1):
        inner: list[Path] = []
        for folder in folders:
            for entry in entries(str(folder)):
                if entry.is_symlink():
                    _note_link(root, Path(entry.path), found)
                elif entry.is_dir() and ((depth == 1 and entry.name in SKIPPED) or is_environment(entry.path)):
                    found.apart.append(Path(entry.path))
                elif entry.is_dir():
                    inner.append(Path(entry.path))
        folders = inner
    return found


def outside_of(root: Path, link: Path) -> Path | None:
    """The folder or file outside of the workspace `root` that a link leads to and that tests may see, if it does."""
    real = Path(os.path.realpath(link))
    if real.is_relative_to(root) or is_environment(str(real)):
        return None
    return real if real.is_file() or real.is_dir() else None


def entries(folder: str) -> list[os.DirEntry[str]]:
    """What is in a folder; nothing, where it cannot be read."""
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []


def _files(folder: str) -> Iterator[os.DirEntry[str]]:
    for entry in entries(folder):
        if entry.is_dir(follow_symlinks=False):
            if not is_apart(entry.path, entry.name):
                yield from _files(entry.path)
        elif entry.is_file(follow_symlinks=False):
            yield entry


def _note_link(root: Path, link: Path, found: Outline) -> None:
    outside = outside_of(root, link)
    if outside:
        found.linked.add(outside)
    said = os.readlink(link)
    absolute = os.path.isabs(said)
    leads_to = os.path.realpath(said) if absolute else os.path.normpath(link.parent / said)
    if absolute == Path(leads_to).is_relative_to(root) and link.exists():
        found.relinked.add(link.parent)
