"""The workspace as the user sees it: which folder a file belongs to, and which text is not saved yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from reloc_lsp.program.source_text import SourceText

_MARKERS = ("pyproject.toml", "setup.cfg", "setup.py", "pytest.ini", "pytest.toml", "tox.ini", ".git")


def root_of(file: Path, folders: Sequence[Path]) -> Path:
    """The innermost workspace folder around `file`; outside of all of them, the project it stands in."""
    around = [folder for folder in folders if file.is_relative_to(folder)]
    if around:
        return max(around, key=lambda folder: len(folder.parts))
    for directory in file.parents:
        if any((directory / marker).exists() for marker in _MARKERS):
            return directory
    return file.parent


def within(file: Path, folders: Sequence[Path]) -> Path:
    """The path of the same file below one of the folders, where links lead there; else `file` itself."""
    if any(file.is_relative_to(folder) for folder in folders):
        return file
    real = file.resolve()
    for folder in folders:
        if real.is_relative_to(folder.resolve()):
            return folder / real.relative_to(folder.resolve())
    return file


def unsaved(root: Path, documents: Iterable[tuple[Path, str]]) -> dict[Path, str]:
    """The documents below `root` whose text is not what the disk holds."""
    return {file: text for file, text in documents if file.is_relative_to(root) and text != on_disk(file)}


def on_disk(file: Path) -> str | None:
    """The text of a source file, `None` where it cannot be read."""
    try:
        return SourceText.read(file).text
    except (OSError, SyntaxError, UnicodeDecodeError):
        return None
