"""What the names of a text stand for: something imported, something of the file or of Python, or a local variable."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator
from functools import cached_property

from reloc_lsp.program.unit import PARSING_ERRORS, Definition, FunctionNode

Pair = tuple[ast.AST, ast.AST]
Import = ast.Import | ast.ImportFrom
_LEAVES = (ast.Name, ast.Constant)


def pairs(tree: ast.AST) -> list[Pair]:
    """Every node together with the node that holds it, outer ones first; faster than `ast.walk`."""
    found: list[Pair] = [(tree, tree)]
    for parent, _ in found:
        if parent.__class__ in _LEAVES:
            continue
        for field in parent._fields:
            value = getattr(parent, field, None)
            if value.__class__ is list:
                found += [(child, parent) for child in value if isinstance(child, ast.AST)]
            elif isinstance(value, ast.AST) and value._fields:
                found.append((value, parent))
    return found


def imported_names(node: Import) -> Iterator[tuple[str, str]]:
    """The names that an import binds, each with the dotted path of what it stands for."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            yield alias.asname or alias.name, f"{'.' * node.level}{node.module or ''}.{alias.name}"
        elif alias.asname:
            yield alias.asname, alias.name
        else:
            top = alias.name.partition(".")[0]
            yield top, top


class Scope:
    """The names of a file's text, or of a unit's lines as they stand in `file`."""

    def __init__(self, text: str, tree: ast.Module, file: Scope | None = None) -> None:
        self.text = text
        self.file = file
        self.pairs = pairs(tree)
        imports = [node for node, _ in self.pairs if isinstance(node, (ast.Import, ast.ImportFrom))]
        named = [binding for node in imports for binding in imported_names(node)]
        self._imports = dict(named)
        known = file._imports if file else {}
        self.ambiguous = {name for name, path in named if self._imports[name] != path or known.get(name, path) != path}
        self._modules = {name for node in imports if isinstance(node, ast.Import) for name, _ in imported_names(node)}

    def path(self, node: ast.AST) -> str | None:
        """The dotted path of what `node` names, where that was imported."""
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        path = self._imported(node.id) if isinstance(node, ast.Name) else None
        return path and ".".join([path, *reversed(parts)])

    def is_module(self, name: str) -> bool:
        """Whether a whole module was imported under that name."""
        return name in self._modules or bool(self.file and name in self.file._modules and self.outside(name))

    def is_builtin(self, name: str) -> bool:
        """Whether `name` may stand for what Python itself calls so."""
        return name not in (self.file or self).top and self.outside(name)

    def is_shared(self, name: str) -> bool:
        """Whether other code has it too: what was imported, and functions and classes of the file but for the unit."""
        if name in (self.file or self).definitions:
            return self.file is None or (name not in self.top and self.outside(name))
        return self._imported(name) is not None

    def outside(self, name: str) -> bool:
        """Whether some place of the text may read a `name` that the text does not bind for it."""
        return name not in self._bound or name in self._read_outside

    @cached_property
    def own(self) -> FunctionNode | None:
        """The unit's function."""
        return next((node for node, _ in self.pairs if isinstance(node, FunctionNode)), None)

    @cached_property
    def top(self) -> frozenset[str]:
        """The names bound outside of functions and classes."""
        symbols = self._tables[0].get_symbols() if self._tables else ()
        return frozenset(symbol.get_name() for symbol in symbols if symbol.is_local())

    @cached_property
    def names(self) -> frozenset[str]:
        """The names bound outside of functions, be it in a class."""
        return self.top | self.definitions

    @cached_property
    def definitions(self) -> frozenset[str]:
        """The names of all functions and classes."""
        return frozenset(node.name for node, _ in self.pairs if isinstance(node, Definition))

    def _imported(self, name: str) -> str | None:
        if name in self._imports or self.file is None:
            return self._imports.get(name)
        path = self.file._imports.get(name)
        return path if path and self.outside(name) else None

    @cached_property
    def _bound(self) -> frozenset[str]:
        stored = {n.id for n, _ in self.pairs if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
        parameters = {node.arg for node, _ in self.pairs if isinstance(node, ast.arg)}
        return self.definitions | self._imports.keys() | stored | parameters

    @cached_property
    def _read_outside(self) -> frozenset[str]:
        if not self._tables:
            return self._bound  # nothing is known
        return frozenset(
            symbol.get_name()
            for table in self._tables
            for symbol in table.get_symbols()
            # Outside of functions a name that is bound can still be that of the world around.
            if symbol.is_global() or table.get_type() != "function"
        )

    @cached_property
    def _tables(self) -> list[symtable.SymbolTable]:
        above = "if 1:\n" if self.text[:1].isspace() else ""
        try:
            tables = [symtable.symtable(above + self.text, "<unit>", "exec")]
        except PARSING_ERRORS:
            return []
        for table in tables:
            tables += table.get_children()
        return tables
