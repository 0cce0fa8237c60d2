"""Folders are removed whatever a candidate made of them: locked, or nested without end."""

from __future__ import annotations

import contextlib
import os
import shutil

DEEP = 12
"""So many levels of the longest names still make a path that the system takes."""


def remove_tree(top: str) -> None:
    """Remove a folder and all in it; nothing outside of it is touched, wherever links in it lead."""
    try:
        shutil.rmtree(top, onerror=_unlock)
    except RecursionError:
        _flatten(top)
        shutil.rmtree(top, onerror=_unlock)


def _flatten(top: str) -> None:
    """Bring what is nested deeply up to the top."""
    waiting, moved = [(top, 0)], 0
    while waiting:
        folder, depth = waiting.pop()
        if depth == DEEP:
            up = os.path.join(top, f"deep-{moved}")
            os.rename(folder, up)
            folder, depth, moved = up, 1, moved + 1
        os.chmod(folder, 0o700)
        with os.scandir(folder) as entries:
            waiting += [(entry.path, depth + 1) for entry in entries if entry.is_dir(follow_symlinks=False)]


def _unlock(function: object, path: str, _: object) -> None:
    """Remove what a candidate has locked. What cannot be removed stays, for the system's own cleaning."""
    with contextlib.suppress(OSError):
        os.chmod(os.path.dirname(path), 0o700)
        if os.path.islink(path) or not os.path.isdir(path):
            os.unlink(path)
        else:
            os.chmod(path, 0o700)
            shutil.rmtree(path, ignore_errors=True)
