"""The words of a project's code, without its tests: what the safety lint lets a model's code use besides its file's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.evaluation.workspace.workspace_scan import is_excluded, list_entries
from reloc_lsp.program.safety import ProjectWords

MAX_FILES = 2_000
"""Python files that are read at most, those nearest to the unit's file first. Chosen by hand."""
MAX_BYTES = 16 << 20
"""Bytes of them that are read at most: about half a second. Chosen by hand."""
_TEST_FOLDERS = frozenset(("test", "tests", "testing"))


def project_words(files: UserFiles, file: Path) -> ProjectWords:
    """The words of the Python files around `file`, which is left out: the lint has read it."""
    words, size = ProjectWords(), 0
    for number, path in enumerate(_python_files(files.root, files.root / files.relative(file))):
        try:
            data = files.read(path)
        except OSError:
            continue
        size += len(data)
        if number >= MAX_FILES or size > MAX_BYTES:
            break
        words |= ProjectWords.of(data.decode("utf-8", "replace"), path.relative_to(files.root).as_posix())
    return words


def _python_files(root: Path, file: Path) -> Iterator[Path]:
    """The Python files of the project that are no tests: first those beside `file`, then those of the folder above."""
    seen: set[str] = set()
    for folder in file.parents:
        if not folder.is_relative_to(root):
            return
        for path in _walk(str(folder), seen):
            if path != file:
                yield path


def _walk(folder: str, seen: set[str]) -> Iterator[Path]:
    seen.add(folder)
    inner = []
    for entry in sorted(list_entries(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            if entry.path not in seen and entry.name not in _TEST_FOLDERS and not is_excluded(entry.path, entry.name):
                inner.append(entry.path)
        elif entry.name.endswith(".py") and not _is_test(entry.name):
            yield Path(entry.path)
    for path in inner:
        yield from _walk(path, seen)


def _is_test(name: str) -> bool:
    stem = os.path.splitext(name)[0]
    return stem == "conftest" or stem.startswith("test_") or stem.endswith(("_test", "_tests"))
