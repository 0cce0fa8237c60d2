"""The variables of the unit's module that its functions use: what a test replaces or changes there goes over.

Names with dots are replaced too (`time.sleep`, `requests.get`): what a name leads to is compared with what it led to
when the module was new.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sized
from types import ModuleType
from typing import Any, cast

from ..protocol.values import JsonValue
from . import instances, mutable_values, standard_values
from .classes import SharedCode
from .errors import Impossible
from .mirror import Mirror

MAX_ITEMS = 2_000
"""Items of a variable that goes over with every call; one with more is taken for a table. Chosen by hand."""


class ModuleState:
    """In the test process: the `module` as it was when it was new. `unit` is the name that the stand-in has in it."""

    def __init__(self, module: ModuleType, tree: ast.Module, unit: str, code: SharedCode) -> None:
        self._module = module
        self._code = code
        self._paths = [path for path in _paths(tree, unit) if path.partition(".")[0] != unit]
        self._new = {path: found for path in self._paths if (found := _resolve(module, path)) is not MISSING}
        self._replaced: set[str] = set()
        self._sent: dict[str, object] = {}

    def outgoing(self, mirror: Mirror) -> dict[str, JsonValue]:
        """Variables by name, and what replaces another object now. `None` undoes a replacement."""
        variables: dict[str, JsonValue] = {}
        self._sent = {}
        replaced: dict[str, object] = {}
        for path in self._paths:
            found = _resolve(self._module, path)
            is_new = found is self._new.get(path, MISSING)
            if "." not in path and is_new and self._may_change(found):
                variables[path] = mirror.encode(found)
                self._sent[path] = found
            elif not is_new and found is not MISSING and not self._is_submodule(path, found):
                replaced[path] = [mirror.encode(found)]
                self._replaced.add(path)
            elif path in self._replaced:
                replaced[path] = None
                self._replaced.discard(path)
        sent = {"variables": variables, "replaced": replaced}
        return cast("dict[str, JsonValue]", {name: value for name, value in sent.items() if value})

    def _is_submodule(self, path: str, value: object) -> bool:
        """Whether an import of a part of the package, which the other process does by itself, bound the name."""
        return isinstance(value, ModuleType) and path not in self._new

    def variables(self) -> list[tuple[str, object]]:
        """The variables that went over last, by name."""
        return list(self._sent.items())

    def _may_change(self, value: object) -> bool:
        kind = type(value)
        if kind in mutable_values.BY_TYPE:
            return not isinstance(value, Sized) or len(value) <= MAX_ITEMS
        return kind in standard_values.PLAIN or instances.is_plain(kind, self._code.is_of_project)

    def incoming(self, mirror: Mirror, sent: Mapping[str, Any]) -> list[str]:
        """Bind the variables that the unit bound; returns their names."""
        for name, node in sent.items():
            if name not in self._paths or "." in name:
                raise Impossible(f"the unit binds {name}")
            value = mirror.decode(node)
            setattr(self._module, name, value)
            self._new[name] = value
        return list(sent)


class SubjectModuleState:
    """In the subject: the same variables of its own module."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._original: dict[str, object] = {}
        self._bound: dict[str, object] = {}

    def incoming(self, mirror: Mirror, sent: Mapping[str, Any]) -> None:
        """Take over variables and replacements."""
        for name, node in sent.get("variables", {}).items():
            value = mirror.decode(node)
            setattr(self._module, name, value)
            self._bound[name] = value
        for path, node in sent.get("replaced", {}).items():
            head, _, name = path.rpartition(".")
            holder: Any = _resolve(self._module, head) if head else self._module
            self._original.setdefault(path, getattr(holder, name, MISSING))
            value = self._original.pop(path) if node is None else mirror.decode(node[0])
            if value is not MISSING:
                setattr(holder, name, value)

    def outgoing(self, mirror: Mirror) -> dict[str, JsonValue]:
        """The variables that the unit bound to something else."""
        found = {}
        for name, value in self._bound.items():
            now = getattr(self._module, name, MISSING)
            if now is not value and now is not MISSING:
                found[name] = mirror.encode(now)
                self._bound[name] = now
        return found


MISSING = object()


def _paths(tree: ast.Module, unit: str) -> list[str]:
    """The names, and names with dots, that the unit reads, and every function of the module that it may call."""
    definitions = _definitions(tree)
    found: dict[str, None] = {}
    waiting, reached = [unit], {unit}
    while waiting:
        for definition in definitions.get(waiting.pop(), ()):
            for node in ast.walk(definition):
                path = _dotted(node)
                if path:
                    found[path] = None
                for name in _named(node) - reached:
                    reached.add(name)
                    waiting.append(name)
    return list(found)


def _definitions(tree: ast.Module) -> dict[str, list[ast.AST]]:
    """The functions, classes and lambdas of the module by the names under which they may be used."""
    found: dict[str, list[ast.AST]] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.setdefault(node.name, []).append(node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and node.value is not None:
            # A table of functions, or a lambda.
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for name in {name for target in targets for part in ast.walk(target) for name in _named(part)}:
                found.setdefault(name, []).append(node.value)
    return found


def _named(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Name):
        return {node.id}
    return {node.attr} if isinstance(node, ast.Attribute) else set()


def _dotted(node: ast.AST) -> str:
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _resolve(module: ModuleType, path: str) -> object:
    """What a name leads to, by modules and classes only: other attributes may run code."""
    first, *rest = path.split(".")
    found = module.__dict__.get(first, MISSING)
    for name in rest:
        if not isinstance(found, (ModuleType, type)):
            return MISSING
        found = found.__dict__.get(name, MISSING)
    return found
