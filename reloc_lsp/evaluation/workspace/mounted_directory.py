"""A folder made anew, to stand over one of a mounted workspace in which not all can stay as it is."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reloc_lsp.evaluation.sandbox import Mount
from reloc_lsp.evaluation.workspace.copy_tree import copy_link
from reloc_lsp.evaluation.workspace.workspace_scan import entries

MOST_ENTRIES = 2_000
"""A folder with more in it is not made anew."""
MOST_FOLDERS = 400
"""bubblewrap's time grows with the square of the mounts."""
LARGE_FILE = 16 << 20
MOST_COPIED_FILES, MOST_COPIED_BYTES = 500, 20 << 20


@dataclass
class Rebuilt:
    """A folder `name` of the workspace `origin`, made anew at `place`.

    Its links and files are copies. Of its folders and large files those in `shown` are the user's own, to be mounted
    read-only; where it is to be `writable` small folders are copied with all that is in them.
    """

    origin: Path
    name: Path
    place: Path
    writable: bool
    shown: set[str] = field(default_factory=set)

    @classmethod
    def make(cls, origin: Path, name: Path, place: Path, writable: bool, apart: Collection[Path]) -> Rebuilt | None:
        """Make the folder anew, folders in `apart` left empty; `None` where there is too much in it."""
        found = entries(str(origin / name))
        folders = [entry for entry in found if entry.is_dir(follow_symlinks=False)]
        if len(found) > MOST_ENTRIES or len(folders) > MOST_FOLDERS:
            return None
        made = cls(origin, name, place, writable)
        place.mkdir(parents=True)
        files, size = MOST_COPIED_FILES, MOST_COPIED_BYTES
        for entry in found:
            target = place / entry.name
            if entry.is_symlink():
                copy_link(origin, Path(entry.path), target)
            elif entry.is_file():
                made._file(entry, target)
            elif entry.is_dir() and Path(entry.path) in apart:
                target.mkdir()
            elif entry.is_dir():
                held = _held(entry.path, files, size) if writable else None
                if held is not None:
                    files, size = files - held[0], size - held[1]
                    shutil.copytree(entry.path, target, symlinks=True)
                else:
                    target.mkdir()
                    made.shown.add(entry.name)
        return made

    def mounts(self, root: Path) -> Iterator[Mount]:
        """The folder over its place below `root`, and over it what is shown in it."""
        yield Mount(root / self.name, self.place, self.writable)
        for entry in sorted(self.shown):
            own = self.origin / self.name / entry
            if own.exists():
                yield Mount(root / self.name / entry, own)

    def holds(self, name: Path) -> Path | None:
        """Where what stands at `name` of the workspace is found, if it is in this folder and not only shown there."""
        if not name.is_relative_to(self.name) or name == self.name:
            return None
        inner = name.relative_to(self.name)
        return None if inner.parts[0] in self.shown else self.place / inner

    def _file(self, entry: os.DirEntry[str], target: Path) -> None:
        if entry.stat().st_size > LARGE_FILE:
            target.touch()
            self.shown.add(entry.name)
        else:
            shutil.copy2(entry.path, target)


def _held(folder: str, files: int, size: int) -> tuple[int, int] | None:
    """How many files, and bytes, a folder holds; `None` from so many of either on."""
    count, held = 0, 0
    waiting = [folder]
    while waiting:
        for entry in entries(waiting.pop()):
            count += 1
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            else:
                held += entry.stat(follow_symlinks=False).st_size
            if count > files or held > size:
                return None
    return count, held
