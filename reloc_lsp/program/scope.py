"""What a name refers to: an import, a definition of the file, a builtin, or a local variable."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator
from functools import cached_property

from reloc_lsp.program.unit import PARSING_ERRORS, Definition, FunctionNode

NodeWithParent = tuple[ast.AST, ast.AST]
Import = ast.Import | ast.ImportFrom
_LEAVES = (ast.Name, ast.Constant)


def nodes_with_parents(tree: ast.AST) -> list[NodeWithParent]:
    """Every node with its parent, outer nodes first; the root is its own parent. Faster than `ast.walk`."""
    found: list[NodeWithParent] = [(tree, tree)]
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
    """The names that an import binds, each with the dotted path of what it refers to."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            yield alias.asname or alias.name, f"{'.' * node.level}{node.module or ''}.{alias.name}"
        elif alias.asname:
            yield alias.asname, alias.name
        else:
            top = alias.name.partition(".")[0]
            yield top, top


class Scope:
    """The names of a file, or of a unit's lines inside `file`.

    `ambiguous` are the names that are imported from more than one path.
    """

    def __init__(self, text: str, tree: ast.Module, file: Scope | None = None) -> None:
        self.text = text
        self.file = file
        self.nodes_with_parents = nodes_with_parents(tree)
        imports = [node for node, _ in self.nodes_with_parents if isinstance(node, (ast.Import, ast.ImportFrom))]
        named = [binding for node in imports for binding in imported_names(node)]
        self._imports = dict(named)
        known = file._imports if file else {}
        self.ambiguous = {name for name, path in named if self._imports[name] != path or known.get(name, path) != path}
        self._modules = {name for node in imports if isinstance(node, ast.Import) for name, _ in imported_names(node)}

    def path(self, node: ast.AST) -> str | None:
        """The dotted path of what `node` refers to, if that was imported."""
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        path = self._imported(node.id) if isinstance(node, ast.Name) else None
        return path and ".".join([path, *reversed(parts)])

    def binds(self, name: str) -> bool:
        """Whether the text binds the name anywhere."""
        return name in self._bound

    def is_parameter(self, name: str) -> bool:
        """Whether a function of the text has a parameter of that name."""
        return name in self._parameters

    @property
    def is_resolved(self) -> bool:
        """Whether Python finds every `nonlocal` name in the text itself."""
        return bool(self._tables)

    @cached_property
    def star_imports(self) -> tuple[str, ...]:
        """The modules of which everything is imported."""
        return tuple(
            node.module or ""
            for node, _ in self.nodes_with_parents
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
        )

    def is_module(self, name: str) -> bool:
        """Whether the name may refer to an imported module."""
        return name in self._modules or bool(self.file and name in self.file._modules and self.may_be_free(name))

    def is_builtin(self, name: str) -> bool:
        """Whether `name` may refer to the builtin of that name."""
        return name not in (self.file or self).module_level_names and self.may_be_free(name)

    def is_shared(self, name: str) -> bool:
        """Whether `name` refers to something that other code uses too.

        That is an import, or a function or class of the file other than the unit.
        """
        if name in (self.file or self).definitions:
            return self.file is None or (name not in self.module_level_names and self.may_be_free(name))
        return self._imported(name) is not None

    def may_be_free(self, name: str) -> bool:
        """Whether the text may read a `name` that it does not bind itself (a free variable)."""
        return name not in self._bound or name in self._maybe_free

    @cached_property
    def function(self) -> FunctionNode | None:
        """The unit's function."""
        return next((node for node, _ in self.nodes_with_parents if isinstance(node, FunctionNode)), None)

    @cached_property
    def module_level_names(self) -> frozenset[str]:
        """The names bound outside functions and classes."""
        symbols = self._tables[0].get_symbols() if self._tables else ()
        return frozenset(symbol.get_name() for symbol in symbols if symbol.is_local())

    @cached_property
    def shared_names(self) -> frozenset[str]:
        """The names bound outside functions, and all functions and classes, nested ones too."""
        return self.module_level_names | self.definitions

    @cached_property
    def definitions(self) -> frozenset[str]:
        """The names of all functions and classes."""
        return frozenset(node.name for node, _ in self.nodes_with_parents if isinstance(node, Definition))

    def _imported(self, name: str) -> str | None:
        if name in self._imports or self.file is None:
            return self._imports.get(name)
        path = self.file._imports.get(name)
        return path if path and self.may_be_free(name) else None

    @cached_property
    def _bound(self) -> frozenset[str]:
        stored: set[str] = set()
        for node, _ in self.nodes_with_parents:
            match node:
                case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                    stored.add(name)
                case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                    stored.add(name)
                case ast.MatchMapping(rest=str(name)):
                    stored.add(name)
        return self.definitions | self._imports.keys() | stored | self._parameters

    @cached_property
    def _parameters(self) -> frozenset[str]:
        return frozenset(node.arg for node, _ in self.nodes_with_parents if isinstance(node, ast.arg))

    @cached_property
    def _maybe_free(self) -> frozenset[str]:
        if not self._tables:
            return self._bound  # without tables, any of them may be free
        return frozenset(
            symbol.get_name()
            for table in self._tables
            for symbol in table.get_symbols()
            # Outside functions, a name that is bound may still refer to the enclosing scope at some point.
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
