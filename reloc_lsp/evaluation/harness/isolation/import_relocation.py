"""Imports of the workspace's code come from its scratch copy.

An editable install, a `.pth` file or PYTHONPATH may name the user's own directories. Candidates must be evaluated on
the copy, and nothing may run from the original by accident.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Optional

FindSpec = Callable[[str, Optional[Sequence[str]], Optional[ModuleType]], Optional[ModuleSpec]]


class Relocation:
    """Maps paths in the workspace `origin` to the same paths in its copy `scratch`."""

    def __init__(self, origin: str, scratch: str) -> None:
        self.origin = os.path.realpath(origin)
        self.scratch = scratch

    def path(self, path: str) -> str:
        """The path in the copy, or `path` itself where it is outside the workspace or was not copied."""
        real = os.path.realpath(path)
        if real != self.origin and not real.startswith(self.origin + os.sep):
            return path
        moved = os.path.normpath(os.path.join(self.scratch, os.path.relpath(real, self.origin)))
        return moved if os.path.exists(moved) else path

    def install(self) -> None:
        """Change `sys.path` and wrap the finders of editable installs."""
        sys.path[:] = [self.path(entry) for entry in sys.path if entry]
        if self.scratch not in sys.path:
            # `python -m pytest` does the same.
            sys.path.insert(0, self.scratch)
        standard = (
            importlib.machinery.PathFinder,
            importlib.machinery.BuiltinImporter,
            importlib.machinery.FrozenImporter,
        )
        sys.meta_path[:] = [f if f in standard else RelocatedFinder(f, self) for f in sys.meta_path]


class RelocatedFinder:
    """The finder of an editable install. The specs that it finds are moved into the copy."""

    def __init__(self, finder: object, relocation: Relocation) -> None:
        self.finder = finder
        self.relocation = relocation

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of the wrapped finder, with its files in the copy."""
        find: FindSpec | None = getattr(self.finder, "find_spec", None)
        spec = find(name, path, target) if find else None
        if spec is None:
            return None
        directories = spec.submodule_search_locations
        if spec.origin and os.path.exists(spec.origin):
            moved = self.relocation.path(spec.origin)
            if moved != spec.origin:
                inner = None if directories is None else [self.relocation.path(directory) for directory in directories]
                return importlib.util.spec_from_file_location(name, moved, submodule_search_locations=inner)
        elif directories is not None:
            spec.submodule_search_locations = [self.relocation.path(directory) for directory in directories]
        return spec

    def __getattr__(self, name: str) -> object:
        attribute: object = getattr(self.finder, name)
        return attribute
