"""Copies of workspaces of usual size: every file is copied, so that processes may change the copy anywhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from reloc_lsp.evaluation.sandbox import Mount
from reloc_lsp.evaluation.workspace.cleanup import remove_tree
from reloc_lsp.evaluation.workspace.unique_mtimes import UniqueMtimeWriter
from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.evaluation.workspace.withheld_files import WithheldFiles
from reloc_lsp.evaluation.workspace.workspace_scan import is_excluded, outside_target


class CopiedWorkspace:
    """Makes copies of a workspace. `cancelled()` is called for each folder; once it is true, no more is copied.

    `linked_outside` are folders outside of the workspace that links in it lead to: they are not copied. `withheld` are
    the paths, relative to the workspace, that the `rule` leaves out.
    """

    def __init__(self, files: UserFiles, rule: WithheldFiles, cancelled: Callable[[], bool]) -> None:
        self.files = files
        self.linked_outside: set[Path] = set()
        self.withheld: set[str] = set()
        self._rule = rule
        self._cancelled = cancelled
        self._writer = UniqueMtimeWriter()

    def create(self, root: Path) -> None:
        """Copy the workspace to `root`."""
        self._copy(str(self.files.root), str(root), "")

    def write_file(self, root: Path, name: Path, data: bytes) -> bool:
        """Write `data` as the content of the file `name` of the copy at `root`.

        Returns `False` and writes nothing if the file is outside of the copy, for example behind a link.
        """
        path = root / name
        if not Path(os.path.realpath(path)).is_relative_to(root):
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer.write(path, data)
        return True

    def content_path(self, root: Path, name: Path) -> Path:
        """The path at which the controller reads the file `name` of the copy at `root`."""
        return root / name

    def mounts(self, root: Path) -> Sequence[Mount]:
        """No mounts: every file of the copy is where the processes look for it."""
        return ()

    def make_writable(self, root: Path, folders: Sequence[Path]) -> bool:
        """Does nothing, because every folder of the copy is writable. Returns `False`: nothing has changed."""
        return False

    def hide(self, root: Path, names: Collection[Path]) -> None:
        """Take files and folders out of the copy at `root`."""
        for name in names:
            path = root / name
            if path.is_dir() and not path.is_symlink():
                remove_tree(path)
            else:
                path.unlink(missing_ok=True)

    def remove(self, root: Path) -> None:
        """Remove the copy at `root`."""
        remove_tree(root)

    def _copy(self, source: str, target: str, above: str) -> None:
        """Copy the folder `source` to `target`. `above` is its path in the workspace, with a slash at the end."""
        if self._cancelled():
            return
        os.makedirs(target, exist_ok=True)
        with os.scandir(source) as entries:
            for entry in entries:
                self._copy_entry(entry, os.path.join(target, entry.name), above + entry.name)

    def _copy_entry(self, entry: os.DirEntry[str], target: str, name: str) -> None:
        if self._rule.withholds_entry(self.files.root, entry, name):
            self.withheld.add(name)
        elif entry.is_symlink():
            outside = copy_link(self.files.root, Path(entry.path), Path(target))
            self.linked_outside |= {outside} if outside else set()
        elif entry.is_dir():
            if self._rule.shows(name) or not is_excluded(entry.path, entry.name):
                self._copy(entry.path, target, name + "/")
        elif entry.is_file():
            shutil.copy2(entry.path, target)


def copy_link(origin: Path, link: Path, copy: Path) -> Path | None:
    """Copy a symbolic link of the workspace `origin` to the path `copy`.

    A link into the workspace becomes a link into the copy. Of a link to a file outside, the file is copied. A link to a
    folder outside stays a link to that folder. Returns the folder in this last case, else `None`.
    """
    target = Path(os.path.realpath(link))
    if target.is_relative_to(origin):
        folder = Path(os.path.realpath(link.parent))
        copy.symlink_to(os.path.relpath(target, folder), target_is_directory=target.is_dir())
        return None
    outside = outside_target(origin, link)
    if outside is not None and outside.is_file():
        shutil.copy2(outside, copy)
        return None
    if outside is not None:
        copy.symlink_to(outside, target_is_directory=True)
    return outside
