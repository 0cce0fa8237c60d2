"""Large workspaces: nothing is copied, the workspace itself is mounted read-only where its copy would stand.

A mount stands only for the processes behind the outer wall; for the controller its place is an empty folder. What
differs from the user's files lies in a folder beside all roots, which those processes see only where it is mounted.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reloc_lsp.evaluation.sandbox import Mount
from reloc_lsp.evaluation.workspace.cleanup import remove_tree
from reloc_lsp.evaluation.workspace.mounted_directory import Rebuilt
from reloc_lsp.evaluation.workspace.unique_mtimes import Stamped
from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.evaluation.workspace.workspace_scan import outline


@dataclass
class _Layers:
    """What lies over one mount: folders made anew, and files with another text, by their names in the workspace.

    All of it is kept in the folder `under`; `put` has what was put into files, for when it is made once more.
    """

    under: Path
    put: dict[Path, bytes] = field(default_factory=dict)
    folders: dict[Path, Rebuilt] = field(default_factory=dict)
    texts: dict[Path, Path] = field(default_factory=dict)

    def holding(self, name: Path) -> Path | None:
        """Where `name` stands in a folder made anew, if it does."""
        deepest = sorted(self.folders, key=lambda folder: len(folder.parts), reverse=True)
        innermost = next((self.folders[folder] for folder in deepest if name.is_relative_to(folder)), None)
        return innermost.holds(name) if innermost else None


class Mounted:
    """Mounts of one workspace, at any number of roots; what lies over them is kept below `folder`.

    `linked` are places outside of the workspace that links in it lead to.
    """

    def __init__(self, files: UserFiles, folder: Path) -> None:
        self.files = files
        self.folder = folder
        self._stamped = Stamped()
        found = outline(files.root)
        self.linked = found.linked
        self._apart = found.apart
        self._relinked = {path.relative_to(files.root) for path in found.relinked}
        self._writable: set[Path] = set()
        self._layers: dict[Path, _Layers] = {}

    def lay(self, root: Path) -> None:
        """Prepare the mount at `root`."""
        root.mkdir(parents=True)
        self._layers[root] = _Layers(self.folder / root.parent.parent.name)
        self._lay_over(root)

    def put(self, root: Path, name: Path, data: bytes) -> bool:
        """Have the file `name` hold `data`; `False` where it lies outside of the workspace, behind a link or really."""
        layers, target = self._layers.get(root), self._target(name)
        if layers is None or target is None or self._is_apart(target):
            return False
        place = layers.texts.get(target) or layers.holding(target)
        file = self.files.root / target
        if place is None and file.is_file() and not file.is_symlink():
            place = layers.texts.setdefault(target, layers.under / "texts" / f"{len(layers.texts)}{target.suffix}")
        elif place is None:
            around = next(folder for folder in target.parents if (self.files.root / folder).is_dir())
            if not self._rebuild(layers, around):
                return False
            place = layers.folders[around].place / target.relative_to(around)
        place.parent.mkdir(parents=True, exist_ok=True)
        self._stamped.write(place, data)
        layers.put[name] = data
        return True

    def seen(self, root: Path, name: Path) -> Path:
        """Where the content is found of what processes find as the file `name` below `root`."""
        layers, target = self._layers[root], self._target(name) or name
        return layers.texts.get(target) or layers.holding(target) or self.files.root / name

    def mounts(self, root: Path) -> Sequence[Mount]:
        """The workspace; over it folders made anew, nothing in place of what is apart, and other texts."""
        origin, layers = self.files.root, self._layers[root]
        found = [Mount(root, origin)]
        for name in sorted(layers.folders):
            found += layers.folders[name].mounts(root)
        found += [Mount(root / folder.relative_to(origin)) for folder in self._apart if folder.is_dir()]
        return [*found, *(Mount(root / n, text) for n, text in layers.texts.items() if (origin / n).is_file())]

    def make_writable(self, root: Path, folders: Sequence[Path]) -> bool:
        """Have `folders`, by their names in the workspace, writable in every process that is started from now on.

        Whether any of them is so only now.
        """
        there = {name for name in folders if (self.files.root / name).is_dir() and not self._is_apart(name)}
        new = there - self._writable
        if not new:
            return False
        self._writable = self._writable | new
        before = self._layers[root]
        remove_tree(before.under)
        self._layers[root] = _Layers(before.under)
        self._lay_over(root)
        for name, data in before.put.items():
            self.put(root, name, data)
        return not new.isdisjoint(self._layers[root].folders)

    def remove(self, root: Path) -> None:
        """Remove what lies over the mount at `root`."""
        layers = self._layers.pop(root, None)
        if layers is not None:
            remove_tree(layers.under)

    def _lay_over(self, root: Path) -> None:
        layers = self._layers[root]
        layers.under.mkdir(parents=True)
        for name in sorted(self._relinked | self._writable):
            self._rebuild(layers, name)

    def _rebuild(self, layers: _Layers, name: Path) -> bool:
        """Make a folder anew; `False` where there is too much in it."""
        place = layers.under / "folders" / str(len(layers.folders))
        made = Rebuilt.make(self.files.root, name, place, name in self._writable, self._apart)
        if made is not None:
            layers.folders[name] = made
        return made is not None

    def _target(self, name: Path) -> Path | None:
        """The file that `name` leads to, if that lies in the workspace; else its own place, if that does."""
        origin = self.files.root
        for real in (Path(os.path.realpath(origin / name)), Path(os.path.realpath((origin / name).parent), name.name)):
            if real.is_relative_to(origin):
                return real.relative_to(origin)
        return None

    def _is_apart(self, name: Path) -> bool:
        return any((self.files.root / name).is_relative_to(folder) for folder in self._apart)
