"""Which workspace folder or project a file belongs to, and which text is not saved yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from reloc_lsp.program.source_text import SourceText

_ROOT_MARKERS = ("pyproject.toml", "setup.cfg", "setup.py", "pytest.ini", "pytest.toml", "tox.ini", ".git")
"""Files and folders that mark the root of a Python project."""


def root_of(file: Path, folders: Sequence[Path]) -> Path:
    """The innermost workspace folder that contains `file`.

    For a file outside of every workspace folder: its nearest parent that has a root marker, else its own folder.
    """
    containing = [folder for folder in folders if file.is_relative_to(folder)]
    if containing:
        return max(containing, key=lambda folder: len(folder.parts))
    for directory in file.parents:
        if any((directory / marker).exists() for marker in _ROOT_MARKERS):
            return directory
    return file.parent


def within(file: Path, folders: Sequence[Path]) -> Path:
    """The path of `file` below one of the folders, if symbolic links lead there; else `file` itself."""
    if any(file.is_relative_to(folder) for folder in folders):
        return file
    resolved = file.resolve()
    for folder in folders:
        if resolved.is_relative_to(folder.resolve()):
            return folder / resolved.relative_to(folder.resolve())
    return file


def unsaved(root: Path, documents: Iterable[tuple[Path, str]]) -> dict[Path, str]:
    """The documents below `root` whose text differs from the file on disk."""
    return {file: text for file, text in documents if file.is_relative_to(root) and text != on_disk(file)}


def on_disk(file: Path) -> str | None:
    """The text of a source file, `None` if it cannot be read."""
    try:
        return SourceText.read(file).text
    except (OSError, SyntaxError, UnicodeDecodeError):
        return None
