"""Folders are removed whatever a candidate made of them: locked, or nested without end."""

from __future__ import annotations

import contextlib
import os
import shutil

DEEP = 12
"""So many levels of the longest names still make a path that the system takes."""


def remove_tree(top: str) -> None:
    """Remove a folder and all in it; nothing outside of it is touched, wherever links in it lead.

    What cannot be removed stays, for the system's own cleaning.
    """
    if os.path.islink(top):
        os.unlink(top)
        return
    try:
        shutil.rmtree(top)
    except (OSError, RecursionError):
        _open_up(top)
        shutil.rmtree(top, ignore_errors=True)


def _open_up(top: str) -> None:
    """Unlock every folder, and bring what is nested deeply up to the top."""
    waiting, moved = [(top, 0)], 0
    while waiting:
        folder, depth = waiting.pop()
        with contextlib.suppress(OSError):
            os.chmod(folder, 0o700)
            if depth == DEEP:
                up = os.path.join(top, f"deep-{moved}")
                os.rename(folder, up)
                folder, depth, moved = up, 1, moved + 1
            with os.scandir(folder) as entries:
                waiting += [(entry.path, depth + 1) for entry in entries if entry.is_dir(follow_symlinks=False)]
