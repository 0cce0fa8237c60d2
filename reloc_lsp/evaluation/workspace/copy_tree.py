"""Workspaces of a usual size: every file is copied, so that a copy may be changed anywhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from reloc_lsp.evaluation.sandbox import Mount
from reloc_lsp.evaluation.workspace.cleanup import remove_tree
from reloc_lsp.evaluation.workspace.unique_mtimes import Stamped
from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.evaluation.workspace.workspace_scan import is_apart, outside_of


class Copied:
    """Makes copies; `stopped()` is asked between two folders whether anybody still wants one.

    `linked` are places outside of the workspace that links in it lead to: folders are not copied.
    """

    def __init__(self, files: UserFiles, stopped: Callable[[], bool]) -> None:
        self.files = files
        self.linked: set[Path] = set()
        self._stopped = stopped
        self._stamped = Stamped()

    def lay(self, root: Path) -> None:
        """Copy the workspace to `root`."""
        self._copy(str(self.files.root), str(root))

    def put(self, root: Path, name: Path, data: bytes) -> bool:
        """Have the file `name` hold `data`; `False` where it lies outside of the copy, behind a link or really."""
        place = root / name
        if not Path(os.path.realpath(place)).is_relative_to(root):
            return False
        place.parent.mkdir(parents=True, exist_ok=True)
        self._stamped.write(place, data)
        return True

    def seen(self, root: Path, name: Path) -> Path:
        """Where the content of a file of the copy is found."""
        return root / name

    def mounts(self, root: Path) -> Sequence[Mount]:
        """Everything stands where it stands."""
        return ()

    def make_writable(self, root: Path, folders: Sequence[Path]) -> bool:
        """Every folder is writable already."""
        return False

    def remove(self, root: Path) -> None:
        """Remove the copy at `root`."""
        remove_tree(root)

    def _copy(self, source: str, target: str) -> None:
        if self._stopped():
            return
        os.makedirs(target, exist_ok=True)
        with os.scandir(source) as entries:
            for entry in entries:
                place = os.path.join(target, entry.name)
                if entry.is_symlink():
                    outside = copy_link(self.files.root, Path(entry.path), Path(place))
                    self.linked |= {outside} if outside else set()
                elif entry.is_dir():
                    if not is_apart(entry.path, entry.name):
                        self._copy(entry.path, place)
                elif entry.is_file():
                    shutil.copy2(entry.path, place)


def copy_link(origin: Path, link: Path, place: Path) -> Path | None:
    """A link into the workspace `origin` stays a link, now into the copy.

    Of what lies outside a file is copied and a folder linked: that folder is the answer.
    """
    real = Path(os.path.realpath(link))
    if real.is_relative_to(origin):
        inside = Path(os.path.realpath(link.parent))
        place.symlink_to(os.path.relpath(real, inside), target_is_directory=real.is_dir())
        return None
    outside = outside_of(origin, link)
    if outside is not None and outside.is_file():
        shutil.copy2(outside, place)
        return None
    if outside is not None:
        place.symlink_to(outside, target_is_directory=True)
    return outside
