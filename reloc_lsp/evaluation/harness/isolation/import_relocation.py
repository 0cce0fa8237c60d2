"""Make imports of the workspace's code come from its scratch copy.

An editable install, a `.pth` file or PYTHONPATH may name the user's own folders; candidates must be judged on the
copy, and nothing may run from the original by accident.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any


class Relocation:
    """From paths in the workspace to the same paths in its copy."""

    def __init__(self, origin: str, scratch: str) -> None:
        self.origin = os.path.realpath(origin)
        self.scratch = scratch

    def path(self, path: str) -> str:
        """The path in the copy, or `path` itself where it is not of the workspace or was not copied."""
        real = os.path.realpath(path)
        if real != self.origin and not real.startswith(self.origin + os.sep):
            return path
        moved = os.path.normpath(os.path.join(self.scratch, os.path.relpath(real, self.origin)))
        return moved if os.path.exists(moved) else path

    def install(self) -> None:
        """Rewrite `sys.path` and wrap the finders of editable installs."""
        sys.path[:] = [self.path(entry) for entry in sys.path if entry]
        if self.scratch not in sys.path:
            # As `python -m pytest` does.
            sys.path.insert(0, self.scratch)
        standard = (
            importlib.machinery.PathFinder,
            importlib.machinery.BuiltinImporter,
            importlib.machinery.FrozenImporter,
        )
        sys.meta_path[:] = [f if f in standard else RelocatedFinder(f, self) for f in sys.meta_path]


class RelocatedFinder:
    """An editable install's finder, its answers moved into the copy."""

    def __init__(self, finder: Any, relocation: Relocation) -> None:
        self.finder = finder
        self.relocation = relocation

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The wrapped finder's spec, with its files in the copy."""
        find = getattr(self.finder, "find_spec", None)
        spec: importlib.machinery.ModuleSpec | None = find(name, path, target) if find else None
        if spec is None:
            return None
        places = spec.submodule_search_locations
        if spec.origin and os.path.exists(spec.origin):
            moved = self.relocation.path(spec.origin)
            if moved != spec.origin:
                inner = None if places is None else [self.relocation.path(place) for place in places]
                return importlib.util.spec_from_file_location(name, moved, submodule_search_locations=inner)
        elif places is not None:
            spec.submodule_search_locations = [self.relocation.path(place) for place in places]
        return spec

    def __getattr__(self, name: str) -> Any:
        return getattr(self.finder, name)
