"""Removes or empties directories even where a candidate locked them or nested them very deeply."""

from __future__ import annotations

import contextlib
import os
import shutil

LEVELS_PER_PATH = 12
"""Directory levels that are descended before the rest is moved up.

A name has at most 255 bytes and a path 4096, so that a path of 12 of the longest names below `top` is still accepted.
"""


def remove_tree(top: str) -> None:
    """Remove a directory and everything in it. Links are removed, not followed.

    What cannot be removed stays for the system to clean up.
    """
    if os.path.islink(top):
        os.unlink(top)
        return
    try:
        shutil.rmtree(top)
    except (OSError, RecursionError):
        _unlock_and_flatten(top)
        shutil.rmtree(top, ignore_errors=True)


def empty_directory(directory: str) -> None:
    """Remove everything in a directory and keep it: the rules of Landlock belong to this directory, not to its path."""
    if os.path.islink(directory):
        os.unlink(directory)
    os.makedirs(directory, exist_ok=True)
    os.chmod(directory, 0o700)
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                os.chmod(entry.path, 0o700)
                remove_tree(entry.path)
            else:
                os.unlink(entry.path)


def _unlock_and_flatten(top: str) -> None:
    """Make every directory writable, and move those that are nested deeply up to `top`."""
    waiting, moved = [(top, 0)], 0
    while waiting:
        directory, depth = waiting.pop()
        with contextlib.suppress(OSError):
            os.chmod(directory, 0o700)
            if depth == LEVELS_PER_PATH:
                up = os.path.join(top, f"deep-{moved}")
                os.rename(directory, up)
                directory, depth, moved = up, 1, moved + 1
            with os.scandir(directory) as entries:
                waiting += [(entry.path, depth + 1) for entry in entries if entry.is_dir(follow_symlinks=False)]
