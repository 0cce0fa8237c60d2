"""The names of a unit: where they are bound, their observed types, and which are never read."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Container
from functools import cached_property
from typing import TypeGuard

from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.rewrites.source.unit_source import UnitText


class UnitNames(UnitText):
    """A unit's text with the names in its scope; `module` has the names of the file and the observed types."""

    def __init__(self, source: str, module: ModuleContext, focus: Container[int] | None = None) -> None:
        super().__init__(source, focus)
        self.module = module
        self._bound: dict[int, list[str]] = {}

    @cached_property
    def parameters(self) -> list[str]:
        """The unit's parameters without `self` and `cls`."""
        arguments = self.function.args
        names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        names += [a.arg for a in (arguments.vararg, arguments.kwarg) if a]
        return [name for name in names if name not in ("self", "cls")]

    @property
    def positional_parameters(self) -> list[str]:
        """The parameters that may be passed by position, `self` and `cls` included."""
        return [a.arg for a in self.function.args.args]

    @cached_property
    def locals(self) -> list[str]:
        """Parameters, names the body binds, and names of an enclosing function that it reads."""
        names = (node for node in ast.walk(ast.Module(self.body, [])) if isinstance(node, ast.Name))
        bound = [name.id for name in names if isinstance(name.ctx, ast.Store) or self._is_closure_name(name.id)]
        return list(dict.fromkeys([*self.parameters, *bound]))

    def _is_closure_name(self, name: str) -> bool:
        """Whether the name was observed in the unit's frames and the module does not bind it: a closure variable."""
        return name in self.module.types and name not in self.module.names and name not in ("self", "cls")

    @cached_property
    def self_attributes(self) -> list[str]:
        """Observed attributes of `self`, as `self.name`."""
        names = self.module.types if "self" in self.positional_parameters else ()
        return [name for name in names if name.startswith("self.") and "[" not in name]

    def dict_items(self, name: str) -> dict[str, frozenset[str]]:
        """Observed keys (as `repr`) of the dict `name`, each with the types of its values."""
        start = f"{name}["
        return {seen[len(start) : -1]: kinds for seen, kinds in self.module.types.items() if seen.startswith(start)}

    @cached_property
    def unused_names(self) -> set[str]:
        """Parameters and local names that are never read: the missing code probably uses them."""
        return set(self.locals) - self.read_names - {"_"}

    @cached_property
    def membership_tests(self) -> set[tuple[str, str]]:
        """Pairs `(item, container)` of the unit's tests whether an item is in a container."""
        return {
            (self.inline(node.left), self.inline(node.comparators[0]))
            for node in ast.walk(self.function)
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn)
        }

    @cached_property
    def read_names(self) -> set[str]:
        """Names the body reads."""
        names = (node for node in ast.walk(self.function) if isinstance(node, ast.Name))
        return {name.id for name in names if isinstance(name.ctx, ast.Load)}

    @cached_property
    def lines_of_names(self) -> dict[str, list[int]]:
        """Lines on which each name, and each attribute of a name, occurs."""
        found: dict[str, list[int]] = {}
        for node in ast.walk(self.function):
            if isinstance(node, ast.Name):
                found.setdefault(node.id, []).append(self.line(node))
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found.setdefault(f"{node.value.id}.{node.attr}", []).append(self.line(node))
        return found

    def types_of(self, name: str) -> frozenset[str]:
        """Observed types of a local name or an attribute of `self`; empty if none were observed."""
        return self.module.types.get(name, frozenset())

    def bound_before(self, node: ast.AST) -> list[str]:
        """Local names that may be bound when `node` runs: parameters, names stored on an earlier line or in a loop."""
        line = self.line(node)
        if line not in self._bound:
            early = {name for name, first, looped in self._stores if first < line or (looped and looped <= line)}
            stored = {name for name, _, _ in self._stores}
            self._bound[line] = [
                name
                for name in self.locals
                if (name in early or name not in stored or name in self.parameters)
                and name not in self._comprehension_names
            ]
        return self._bound[line]

    @cached_property
    def _comprehension_names(self) -> set[str]:
        """Names that only comprehensions bind, in their own scope."""
        inside, outside = set[str](), set(self.parameters)
        targets = {
            id(name): name.id
            for node in ast.walk(self.function)
            if isinstance(node, ast.comprehension)
            for name in ast.walk(node.target)
            if isinstance(name, ast.Name)
        }
        for node in ast.walk(self.function):
            if _is_store(node):
                (inside if id(node) in targets else outside).add(node.id)
        return inside - outside

    @cached_property
    def _stores(self) -> list[tuple[str, int, int]]:
        """Every store of a name: the name, its line, and its statement's line if that is a loop or in one, else 0."""
        return [
            (
                inner.id,
                self.line(inner),
                self.line(statement.node) if statement.loop or isinstance(statement.node, ast.For) else 0,
            )
            for statement in self.statements
            for inner in ast.walk(statement.node)
            if _is_store(inner)
        ]

    def is_builtin(self, name: str) -> bool:
        """Whether `name` refers to Python's builtin of that name."""
        return hasattr(builtins, name) and name not in self.locals and name not in self.module.names


def _is_store(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
