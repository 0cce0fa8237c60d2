"""Removal of scratch folders, also of those whose owner was killed before it could remove them.

Each scratch folder holds a file that names its owner: the process and the machine. A new scratch copy removes the
folders whose owner has ended. This is the second line: usually the owner or its cleanup process has removed them.
"""

from __future__ import annotations

import os
import platform
import tempfile
from pathlib import Path

from reloc_lsp.evaluation.harness.isolation import remove_tree as harness_removal

PREFIX = "reloc-"
"""The names of all scratch folders begin with this."""
OWNER_FILE = "owner"
"""Name of the file in a scratch folder that names its owner."""


def write_owner(folder: Path) -> None:
    """Write into a scratch folder that this process owns it."""
    (folder / OWNER_FILE).write_text(_owner_text(os.getpid()), "utf-8")


def remove_leftovers() -> None:
    """Remove this user's scratch folders whose owner has ended.

    If a new process has the process id of an owner that ended, the folder stays until the new process ends. On Windows
    all folders stay, because there `os.kill(pid, 0)` would end the process instead of checking that it exists.
    """
    if os.name != "posix":
        return
    for folder in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        if _is_leftover(folder):
            remove_tree(folder)


def remove_tree(folder: Path) -> None:
    """Remove a folder and everything in it. Folders that candidates locked are unlocked first."""
    harness_removal.remove_tree(str(folder))


def _is_leftover(folder: Path) -> bool:
    owner_file = folder / OWNER_FILE
    try:
        trusted = not folder.is_symlink() and folder.stat().st_uid == os.getuid() and owner_file.is_file()
        if not trusted:
            return False
        text = owner_file.read_text("utf-8")
        process_id = int(text.split()[0])
        return text == _owner_text(process_id) and not _is_running(process_id)
    except (OSError, ValueError, IndexError, OverflowError):
        return False


def _owner_text(process_id: int) -> str:
    """The content of the owner file. The machine's name tells processes of other machines and containers apart."""
    return f"{process_id} {platform.node()}"


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # the process belongs to another user
    return True
