"""Which classes, functions and modules both processes have, and by which names each finds the other's."""

from __future__ import annotations

import builtins
import importlib
import os
import sys
from collections.abc import Sequence
from types import FunctionType, ModuleType
from typing import Optional

from .errors import Impossible

JUDGES = frozenset({"pytest", "_pytest", "unittest", "pluggy", "hypothesis", "_reloc_harness"})
"""Packages that decide whether a test passes. Nothing of them goes over."""
NAME = tuple[str, str]
"""A module, and a qualified name in it."""


class SharedCode:
    """The code that both processes have: the project below `root` without the `hidden` paths, and what it imports.

    `hidden` are paths relative to `root`: the tests and what belongs to them. Where `imports`, a module that is not
    imported yet may be imported.
    """

    def __init__(self, root: str, hidden: Sequence[str], *, imports: bool) -> None:
        self._root = os.path.realpath(root) + os.sep
        self._hidden = [os.path.join(self._root, path) for path in hidden]
        self._imports = imports
        self._known: dict[str, bool] = {}

    def is_of_project(self, module: str) -> bool:
        """Whether the module belongs to the project and is not a test."""
        known = self._known.get(module)
        if known is None:
            known = self._known[module] = self._is_shown(module)
        return known

    def _is_shown(self, module: str) -> bool:
        file = getattr(sys.modules.get(module), "__file__", None)
        if type(file) is not str or _top(module) in JUDGES:
            return False
        file = os.path.realpath(file)
        hidden = any(file == path or file.startswith(path + os.sep) for path in self._hidden)
        return file.startswith(self._root) and not hidden

    def is_hidden(self, module: str) -> bool:
        """Whether the module is one that only the process of the tests has."""
        file = getattr(sys.modules.get(module), "__file__", None)
        in_project = type(file) is str and os.path.realpath(file).startswith(self._root)
        return _top(module) in JUDGES or (in_project and not self.is_of_project(module))

    def name_of(self, value: object) -> Optional[NAME]:
        """The name by which the other process finds the same class or function; `None` if there is none."""
        module, qualname = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
        if type(module) is not str or type(qualname) is not str or self.is_hidden(module):
            return None
        special = not self._imports and isinstance(value, FunctionType)
        return (module, qualname) if _find(sys.modules.get(module), qualname, special=special) is value else None

    def sentinel_name(self, value: object) -> Optional[NAME]:
        """The name of a plain `object()` that the project's code compares with; `None` if it has none."""
        if type(value) is not object:
            return None
        for module in [name for name in sys.modules if self.is_of_project(name)]:
            for name, found in list(vars(sys.modules[module]).items()):
                if found is value:
                    return (module, name)
                if isinstance(found, type) and found.__module__ == module:
                    for inner, attribute in vars(found).items():
                        if attribute is value:
                            return (module, f"{name}.{inner}")
        return None

    def find(self, module: str, qualname: str) -> object:
        """What has that name; raises `Impossible` if nothing has, or if it is no code that both processes have."""
        if self._imports and module not in sys.modules:
            importlib.import_module(module)
        found = None if self.is_hidden(module) else _find(sys.modules.get(module), qualname, special=self._imports)
        if found is None:
            raise Impossible(f"{module}.{qualname} is not known on both sides")
        return found

    def find_class(self, module: str, qualname: str) -> type:
        """The class of that name that values may have: of the project, a builtin, or an exception."""
        found = self.find(module, qualname)
        if not isinstance(found, type):
            raise Impossible(f"{module}.{qualname} is not a class")
        if not (module == builtins.__name__ or self.is_of_project(module) or issubclass(found, BaseException)):
            raise Impossible(f"values of {module}.{qualname} do not go over")
        return found


def _find(module: Optional[ModuleType], qualname: str, *, special: bool) -> object:
    """What a module has under that name; names with double underscores count only where `special`."""
    found: object = module
    for part in qualname.split("."):
        if found is None or (part.startswith("__") and not special):
            return None
        namespace = found.__dict__ if isinstance(found, (type, ModuleType)) else {}
        found = namespace.get(part)
    return found


def _top(module: str) -> str:
    return module.partition(".")[0]
