"""A new folder that is mounted over a folder of a mounted workspace, because something in it must change."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reloc_lsp.evaluation.sandbox import Mount
from reloc_lsp.evaluation.workspace.copy_tree import copy_link
from reloc_lsp.evaluation.workspace.workspace_scan import list_entries

MAX_ENTRIES = 2_000
"""A folder with more entries is not replaced. Chosen by hand."""
MAX_FOLDERS = 400
"""A folder with more folders in it is not replaced, because each of them may become a mount.

bubblewrap's time grows with the square of the number of mounts. The limit is chosen by hand.
"""
LARGE_FILE_BYTES = 16 << 20
"""Longer files are mounted and not copied. Chosen by hand."""
MAX_COPIED_FILES, MAX_COPIED_BYTES = 500, 20 << 20
"""How many entries, and how many bytes, of inner folders are copied at most. Chosen by hand."""


@dataclass
class ReplacementFolder:
    """The new folder at `path`, which replaces the folder `name` of the workspace `origin`.

    Links and files are copied into it. Large files and inner folders are empty in it: their names are in `mounted`, and
    the user's own ones are mounted over them, read-only. If the folder is `writable`, small inner folders are copied.
    """

    origin: Path
    name: Path
    path: Path
    writable: bool
    mounted: set[str] = field(default_factory=set)

    @classmethod
    def create(
        cls, origin: Path, name: Path, path: Path, *, writable: bool, excluded: Collection[Path]
    ) -> ReplacementFolder | None:
        """Make the folder. Files and folders in `excluded` are empty in it, and links in it are left out.

        Returns `None` if the folder has too many entries.
        """
        entries = list_entries(str(origin / name))
        folders = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
        if len(entries) > MAX_ENTRIES or len(folders) > MAX_FOLDERS:
            return None
        created = cls(origin, name, path, writable)
        path.mkdir(parents=True)
        files, size = MAX_COPIED_FILES, MAX_COPIED_BYTES
        for entry in entries:
            target, is_excluded = path / entry.name, Path(entry.path) in excluded
            if entry.is_symlink() and is_excluded:
                continue
            if entry.is_symlink():
                copy_link(origin, Path(entry.path), target)
            elif is_excluded:
                target.touch() if entry.is_file() else target.mkdir()
            elif entry.is_file():
                created._add_file(entry, target)
            elif entry.is_dir():
                content = _content_size(entry.path, files, size) if writable else None
                if content is not None:
                    files, size = files - content[0], size - content[1]
                    shutil.copytree(entry.path, target, symlinks=True)
                else:
                    target.mkdir()
                    created.mounted.add(entry.name)
        return created

    def mounts(self, root: Path) -> Iterator[Mount]:
        """The mounts for a workspace mounted at `root`: this folder, and over it the user's own files and folders."""
        yield Mount(root / self.name, self.path, self.writable)
        for entry in sorted(self.mounted):
            source = self.origin / self.name / entry
            if source.exists():
                yield Mount(root / self.name / entry, source)

    def path_of(self, name: Path) -> Path | None:
        """Where the file `name` of the workspace is in this folder; `None` if it is not in it, or only mounted."""
        if not name.is_relative_to(self.name) or name == self.name:
            return None
        inner = name.relative_to(self.name)
        return None if inner.parts[0] in self.mounted else self.path / inner

    def _add_file(self, entry: os.DirEntry[str], target: Path) -> None:
        if entry.stat().st_size > LARGE_FILE_BYTES:
            target.touch()
            self.mounted.add(entry.name)
        else:
            shutil.copy2(entry.path, target)


def _content_size(folder: str, max_entries: int, max_bytes: int) -> tuple[int, int] | None:
    """How many entries and bytes are in and below a folder; `None` if it is more than one of the limits."""
    count, size = 0, 0
    waiting = [folder]
    while waiting:
        for entry in list_entries(waiting.pop()):
            count += 1
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            else:
                size += entry.stat(follow_symlinks=False).st_size
            if count > max_entries or size > max_bytes:
                return None
    return count, size
