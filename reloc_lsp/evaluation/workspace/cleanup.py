"""Scratch folders: signed by their owner, and removed even where the owner was killed before it could do so."""

from __future__ import annotations

import os
import platform
import tempfile
from pathlib import Path

from reloc_lsp.evaluation.harness.isolation import remove_tree as harness_removal

PREFIX = "reloc-"
SIGNATURE = "owner"


def sign(folder: Path) -> None:
    """Write into a scratch folder whose it is: this machine's (or container's) name and this process's number."""
    (folder / SIGNATURE).write_text(_signature(os.getpid()), "utf-8")


def remove_leftovers() -> None:
    """Remove this user's scratch folders whose owner does not live any more.

    One whose owner's number was taken by a new process stays until that one ends. On Windows all stay: asking for a
    process there by `os.kill` would end it.
    """
    if os.name != "posix":
        return
    for folder in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        if _is_left_over(folder):
            remove_tree(folder)


def remove_tree(folder: Path) -> None:
    """Remove a folder and all in it; what candidates locked is unlocked first."""
    harness_removal.remove_tree(str(folder))


def _is_left_over(folder: Path) -> bool:
    signature = folder / SIGNATURE
    try:
        trusted = not folder.is_symlink() and folder.stat().st_uid == os.getuid() and signature.is_file()
        if not trusted:
            return False
        said = signature.read_text("utf-8")
        number = int(said.split()[0])
        return said == _signature(number) and not _lives(number)
    except (OSError, ValueError, IndexError, OverflowError):
        return False


def _signature(number: int) -> str:
    return f"{number} {platform.node()}"


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is another user's
    return True
