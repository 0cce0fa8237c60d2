"""What a revision can do that the function could not: its powers, read from the syntax of both.

A power is named by what is written in the code. Code that hides what it does is the business of the safety lint and of
the sandbox; here a person is told what to look at.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.program.powers.kinds import POWER_KINDS, PowerKind
from reloc_lsp.program.powers.rules import NamedPower, named_powers
from reloc_lsp.program.scope import Scope, nodes_with_parents
from reloc_lsp.program.unit import PARSING_ERRORS, FunctionNode

CALLED_METHODS = ("__init__", "__new__", "__post_init__", "__enter__", "__exit__", "__call__")
"""Methods that run when a class or its instances are used without naming them."""


@dataclass(frozen=True)
class Power:
    """One thing that code can do, by a name in its text at a `line` and `column` (from 0, in UTF-8 bytes) of its file.

    `name` is the dotted name. Where the power is that of other code of the file, it says through which name.
    """

    kind: PowerKind
    name: str
    line: int
    column: int


class FilePowers:
    """Finds the powers of units of one file, whose text is `module`; raises one of `PARSING_ERRORS`."""

    def __init__(self, module: str) -> None:
        tree = ast.parse(module)
        self._file = Scope(module, tree)
        self._definitions = _definitions(tree)
        self._imported = {name for node in ast.walk(tree) for name in _imports(node)}
        self._of_definition = cache(self._powers_of_definition)

    def new(self, before: str, after: str, first_line: int) -> tuple[Power, ...]:
        """The powers of the unit's text `after` that its text `before` does not have, in the order of `POWER_KINDS`.

        `first_line` is the line of the file at which the unit begins. Each power is named once, where it is first used.
        """
        known = {(power.kind, power.name) for power in self._powers(before, first_line)}
        found: dict[NamedPower, Power] = {}
        for power in sorted(self._powers(after, first_line), key=lambda power: (power.line, power.column)):
            if (power.kind, power.name) not in known:
                found.setdefault((power.kind, power.name), power)
        return tuple(sorted(found.values(), key=lambda power: (POWER_KINDS.index(power.kind), power.line)))

    def _powers(self, unit: str, first_line: int) -> Iterator[Power]:
        """The powers of a unit's text; none if it does not parse: it passes no test."""
        try:
            tree = parse_unit(unit)
        except PARSING_ERRORS:
            return
        scope = Scope(unit, tree, self._file)
        own = scope.function.name if scope.function else ""
        # A method is parsed below a line `if`, so that its indentation is valid.
        shift = first_line - (2 if unit[:1].isspace() else 1)
        for node, parent in scope.nodes_with_parents:
            named = [*named_powers(scope, node, parent)]
            named += [("imports", name) for name in _imports(node) if name not in self._imported]
            reached = _reached_name(scope, node)
            if reached and reached != own:
                named += [(kind, f"{name} through {reached}") for kind, name in self._of_definition(reached, own)]
            for kind, name in named:
                yield Power(kind, name, node.lineno + shift, node.col_offset)  # type: ignore[attr-defined]

    def _powers_of_definition(self, name: str, own: str) -> frozenset[NamedPower]:
        """The powers of what `name` is in the file, and of all that it reaches there, except the unit `own` itself."""
        waiting, seen = [name], {name, own}
        found: set[NamedPower] = set()
        while waiting:
            for definition in self._definitions.get(waiting.pop(), ()):
                for node, parent in nodes_with_parents(definition):
                    found.update(named_powers(self._file, node, parent))
                    reached = _reached_name(self._file, node)
                    if reached and reached not in seen:
                        seen.add(reached)
                        waiting.append(reached)
        return frozenset(found)


def _reached_name(scope: Scope, node: ast.AST) -> str:
    """The name by which a node may run other code of its file; empty if there is none."""
    match node:
        case ast.Name(id=name, ctx=ast.Load()) if scope.may_be_free(name):
            return name
        case ast.Attribute(attr=name, ctx=ast.Load()) if scope.path(node) is None:
            return name
    return ""


def _definitions(tree: ast.Module) -> dict[str, list[ast.AST]]:
    """The code that a name of a file may run: functions, methods and classes, and the values of its variables."""
    found: defaultdict[str, list[ast.AST]] = defaultdict(list)
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, ast.Name):
                        found[target.id].append(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name].append(value)
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found[name].append(node)
            case ast.ClassDef(name=name, body=body):
                found[name] += [item for item in body if isinstance(item, FunctionNode) and item.name in CALLED_METHODS]
    return dict(found)


def _imports(node: ast.AST) -> list[str]:
    """The modules that a statement imports."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=module, level=level):
            return ["." * level + (module or "")]
    return []
