"""What the unit's file offers to rewrites: names, functions, attributes. It is collected once per file."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

PREDICATE_NAME = re.compile(r"_*(?:is|has)_?[a-z]\w*$")
"""Names of functions that only answer a question, as `is_empty` and `hasnext` do."""
MAX_STRING_LENGTH = 20
"""Longest string constants of the file that are used again, in characters. Chosen by hand."""


@dataclass(frozen=True)
class ModuleContext:
    """The file's syntax tree, the unit's qualified name in it, and what is known of the unit from tests and docstring.

    `types` are the names of the types that were observed: of `name`, of `self.name`, of the items of `name` (key
    `*name`) and of single items of dicts (key `name[key]`). `expected_exceptions` are those that failing tests expect
    and the unit does not raise. `raised_at` maps a line of the unit (its text without white space around it) to the
    exception that failing tests got from it. `docstring_constants` are the constants in the unit's docstring, as `repr`
    writes them.
    """

    tree: ast.Module
    qualname: str
    types: Mapping[str, frozenset[str]]
    expected_exceptions: tuple[str, ...] = ()
    raised_at: Mapping[str, str] = field(default_factory=dict)
    docstring_constants: tuple[str, ...] = ()

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
        """Functions at module level."""
        return {n.name: n for n in self.tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}

    @cached_property
    def names(self) -> set[str]:
        """All names bound at module level."""
        bound: set[str] = set()
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                bound.add(node.name)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                bound |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
            else:
                bound |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        return bound

    @cached_property
    def predicates(self) -> list[str]:
        """Functions of the file, or imported ones, whose names match `PREDICATE_NAME`."""
        return sorted(name for name in self.names if PREDICATE_NAME.match(name))

    @cached_property
    def constants(self) -> set[str]:
        """Module-level names assigned by plain statements."""
        return {
            target.id
            for node in self.tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }

    @cached_property
    def attributes(self) -> Mapping[str, Counter[str]]:
        """For each receiver's text, the attributes read or called on it anywhere in the file."""
        found: dict[str, Counter[str]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found.setdefault(node.value.id, Counter())[node.attr] += 1
        return found

    @cached_property
    def methods(self) -> set[str]:
        """Methods of the unit's class."""
        parts = self.qualname.split(".")
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ClassDef) and len(parts) > 1 and node.name == parts[-2]:
                return set(_functions_of(node.body))
        return set()

    @cached_property
    def class_methods(self) -> Mapping[str, list[str]]:
        """For each class of the file, the names of its public methods."""
        return {
            node.name: [name for name in _functions_of(node.body) if not name.startswith("_")]
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ClassDef)
        }

    @cached_property
    def siblings(self) -> list[tuple[ast.FunctionDef | ast.AsyncFunctionDef, bool]]:
        """The other functions of the file and of its classes, each with whether it is in the unit's class."""
        *outer, name = self.qualname.split(".")
        classes = [node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef)]
        holders: list[tuple[list[ast.stmt], bool]] = [(self.tree.body, not outer)]
        holders += [(node.body, outer[-1:] == [node.name]) for node in classes]
        return [
            (node, in_class and bool(outer))
            for body, in_class in holders
            for node in body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not (in_class and node.name == name)
        ]

    @cached_property
    def known_values(self) -> Mapping[str, set[str]]:
        """By attribute or name, the constants and module-level names it is set to or compared with in the file."""
        found: dict[str, set[str]] = {}
        for node in ast.walk(self.tree):
            match node:
                case ast.Assign(targets=[target], value=value):
                    pairs = [(target, value)]
                case ast.Compare(left=left, comparators=[right]):
                    pairs = [(left, right)]
                case _:
                    continue
            for subject, value in pairs:
                constant = isinstance(value, ast.Constant) or (
                    isinstance(value, ast.Name) and value.id in self.constants
                )
                if constant and isinstance(subject, ast.Attribute | ast.Name):
                    found.setdefault(ast.unparse(subject), set()).add(ast.unparse(value))
        return found

    @cached_property
    def strings(self) -> Counter[str]:
        """Short string constants of the file."""
        return Counter(
            node.value
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) <= MAX_STRING_LENGTH
        )


def _functions_of(body: Sequence[ast.stmt]) -> list[str]:
    return [node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
