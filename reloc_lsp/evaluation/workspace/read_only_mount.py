"""Mounts of large workspaces: nothing is copied. In the container the workspace itself is mounted, read-only.

The mount exists only for processes in the container; for the controller its root is an empty folder. Files that differ
from the user's are kept in another folder, and processes see them only where they are mounted.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reloc_lsp.evaluation.sandbox import Mount
from reloc_lsp.evaluation.sandbox.copy_layout import copy_folder
from reloc_lsp.evaluation.workspace.cleanup import remove_tree
from reloc_lsp.evaluation.workspace.mounted_directory import ReplacementFolder
from reloc_lsp.evaluation.workspace.unique_mtimes import UniqueMtimeWriter
from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.evaluation.workspace.withheld_files import WithheldFiles
from reloc_lsp.evaluation.workspace.workspace_scan import find_withheld, scan_top


@dataclass
class _Overlay:
    """What is mounted over one mount of the workspace. All of it is kept in the folder `storage`.

    `folders` are replaced folders, and `files` the stored files that are mounted over single files, both by their
    names in the workspace. `hidden` are folders that processes see empty. `written` has the data of all calls of
    `write_file`, to repeat them in a new overlay.
    """

    storage: Path
    written: dict[Path, bytes] = field(default_factory=dict)
    folders: dict[Path, ReplacementFolder] = field(default_factory=dict)
    files: dict[Path, Path] = field(default_factory=dict)
    hidden: list[Path] = field(default_factory=list)

    def path_in_folder(self, name: Path) -> Path | None:
        """Where the file `name` is stored, if it is in a replaced folder."""
        deepest_first = sorted(self.folders, key=lambda folder: len(folder.parts), reverse=True)
        innermost = next((self.folders[folder] for folder in deepest_first if name.is_relative_to(folder)), None)
        return innermost.path_of(name) if innermost else None


class MountedWorkspace:
    """Mounts of one workspace, at any number of roots. What is mounted over them is kept in `storage`.

    `linked_outside` are paths outside of the workspace that links in it lead to. `withheld` are the files and folders,
    relative to the workspace, that the `rule` withholds: the processes see them empty, a file as `empty_file`.
    """

    def __init__(self, files: UserFiles, rule: WithheldFiles, storage: Path, empty_file: Path) -> None:
        self.files = files
        self.storage = storage
        self.withheld = find_withheld(files.root, rule)
        self._empty_file = empty_file
        self._writer = UniqueMtimeWriter()
        scan = scan_top(files.root, rule)
        self.linked_outside = scan.linked_outside
        self._excluded = scan.excluded
        self._relocated = {path.relative_to(files.root) for path in scan.relocated}
        self._writable: set[Path] = set()
        self._overlays: dict[Path, _Overlay] = {}

    def create(self, root: Path) -> None:
        """Prepare the mount at `root`."""
        root.mkdir(parents=True)
        self._overlays[root] = _Overlay(self.storage / copy_folder(root).name)
        self._fill_overlay(root)

    def write_file(self, root: Path, name: Path, data: bytes) -> bool:
        """Let processes see `data` as the content of the file `name` of the mount at `root`.

        Returns `False` if the file is outside of the workspace, for example behind a link, or cannot be replaced.
        """
        overlay, target = self._overlays.get(root), self._target(name)
        if overlay is None or target is None or self._is_excluded(target):
            return False
        path = overlay.files.get(target) or overlay.path_in_folder(target)
        file = self.files.root / target
        if path is None and file.is_file() and not file.is_symlink():
            stored = overlay.storage / "texts" / f"{len(overlay.files)}{target.suffix}"
            path = overlay.files.setdefault(target, stored)
        elif path is None:
            folder = next(parent for parent in target.parents if (self.files.root / parent).is_dir())
            if not self._replace_folder(overlay, folder):
                return False
            path = overlay.folders[folder].path / target.relative_to(folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer.write(path, data)
        overlay.written[name] = data
        return True

    def content_path(self, root: Path, name: Path) -> Path:
        """The path at which the controller reads what processes see as the file `name` of the mount at `root`."""
        overlay, target = self._overlays[root], self._target(name) or name
        return overlay.files.get(target) or overlay.path_in_folder(target) or self.files.root / name

    def mounts(self, root: Path) -> Sequence[Mount]:
        """The mounts in their order: the workspace, replaced folders, empty excluded folders, and single files."""
        origin, overlay = self.files.root, self._overlays[root]
        mounts = [Mount(root, origin)]
        for name in sorted(overlay.folders):
            mounts += overlay.folders[name].mounts(root)
        mounts += [Mount(root / folder.relative_to(origin)) for folder in self._excluded if folder.is_dir()]
        mounts += [Mount(folder) for folder in overlay.hidden]
        mounts += [Mount(root / n, file) for n, file in overlay.files.items() if (origin / n).is_file()]
        return [*mounts, *self._hiding_mounts(root)]

    def _hiding_mounts(self, root: Path) -> Iterator[Mount]:
        for name in self.withheld:
            # Of a link the target is hidden. One that leads out of the workspace leads nowhere in the container.
            target = Path(os.path.realpath(self.files.root / name))
            if target.is_relative_to(self.files.root) and target.exists() and not self._is_excluded(Path(name)):
                inside = root / target.relative_to(self.files.root)
                yield Mount(inside) if target.is_dir() else Mount(inside, self._empty_file)

    def hide(self, root: Path, names: Collection[Path]) -> None:
        """Show files and folders empty at `root`."""
        overlay = self._overlays[root]
        for name in names:
            new = overlay.path_in_folder(name)
            if (self.files.root / name).is_dir() or (new is not None and new.is_dir()):
                overlay.hidden.append(root / name)
            else:
                self.write_file(root, name, b"")

    def make_writable(self, root: Path, folders: Sequence[Path]) -> bool:
        """Make `folders` of the workspace writable for every process that starts later.

        Returns whether one of them was not writable before and is now.
        """
        existing = {name for name in folders if (self.files.root / name).is_dir() and not self._is_excluded(name)}
        new = existing - self._writable
        if not new:
            return False
        self._writable = self._writable | new
        before = self._overlays[root]
        remove_tree(before.storage)
        self._overlays[root] = _Overlay(before.storage)
        self._fill_overlay(root)
        for name, data in before.written.items():
            self.write_file(root, name, data)
        return not new.isdisjoint(self._overlays[root].folders)

    def remove(self, root: Path) -> None:
        """Remove what is mounted over the mount at `root`."""
        overlay = self._overlays.pop(root, None)
        if overlay is not None:
            remove_tree(overlay.storage)

    def _fill_overlay(self, root: Path) -> None:
        overlay = self._overlays[root]
        overlay.storage.mkdir(parents=True)
        for name in sorted(self._relocated | self._writable):
            self._replace_folder(overlay, name)

    def _replace_folder(self, overlay: _Overlay, name: Path) -> bool:
        """Replace the folder `name`. Returns `False` if it has too many entries."""
        path = overlay.storage / "folders" / str(len(overlay.folders))
        created = ReplacementFolder.create(
            self.files.root, name, path, writable=name in self._writable,
            excluded=[*self._excluded, *(self.files.root / path for path in self.withheld)],
        )  # fmt: skip
        if created is not None:
            overlay.folders[name] = created
        return created is not None

    def _target(self, name: Path) -> Path | None:
        """The file of the workspace that `name` leads to. A link out of the workspace is itself the file."""
        origin = self.files.root
        for real in (Path(os.path.realpath(origin / name)), Path(os.path.realpath((origin / name).parent), name.name)):
            if real.is_relative_to(origin):
                return real.relative_to(origin)
        return None

    def _is_excluded(self, name: Path) -> bool:
        return any((self.files.root / name).is_relative_to(folder) for folder in self._excluded)
