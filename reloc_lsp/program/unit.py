"""Units: the functions and methods of a module, and the class bodies that hold them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from reloc_lsp.program.source_text import LineIndex

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Definition = FunctionNode | ast.ClassDef
PARSING_ERRORS = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What `ast.parse` raises for a text that it cannot parse."""


@dataclass(frozen=True)
class Unit:
    """One function, method or class of a module.

    `start` and `end` are the offsets of its whole lines, from `first_line` to `last_line`, decorators included.
    `line` is the line of `def` or `class`. Lines count from 1.
    """

    qualname: str
    is_class: bool
    line: int
    first_line: int
    last_line: int
    start: int
    end: int

    @property
    def name(self) -> str:
        """The last part of the qualified name."""
        return self.qualname.rsplit(".", 1)[-1]


class Module:
    """A parsed source text and its units. Raises one of `PARSING_ERRORS` if the text does not parse."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)

    @cached_property
    def index(self) -> LineIndex:
        """The positions of the text."""
        return LineIndex(self.text)

    @cached_property
    def _definitions(self) -> list[tuple[Unit, Definition]]:
        return list(self._collect())

    @property
    def units(self) -> list[Unit]:
        """Every unit in source order, outer before inner."""
        return [unit for unit, _ in self._definitions]

    @property
    def functions(self) -> list[Unit]:
        """Every function and method."""
        return [unit for unit in self.units if not unit.is_class]

    def find(self, qualname: str, line: int | None = None) -> Unit | None:
        """The unit with that qualified name, or `None`. `.<locals>` may be left out.

        Of several, the one that encloses `line`, else the last one, which is what the name means at run time.
        """
        spelled = qualname.replace(".<locals>", "")
        matches = [unit for unit in self.units if unit.qualname == qualname]
        matches = matches or [unit for unit in self.units if unit.qualname.replace(".<locals>", "") == spelled]
        around = [unit for unit in matches if line and unit.first_line <= line <= unit.last_line]
        return ([None, *matches, *around])[-1]

    def at_line(self, line: int) -> Unit | None:
        """The innermost function that encloses `line` (from 1); without one the innermost class, or `None`."""
        around = [unit for unit in self.units if unit.first_line <= line <= unit.last_line]
        functions = [unit for unit in around if not unit.is_class]
        return ([None, *(functions or around)])[-1]

    def node(self, unit: Unit) -> Definition:
        """The syntax tree of `unit`."""
        return next(node for other, node in self._definitions if other == unit)

    def source(self, unit: Unit) -> str:
        """The unit's whole lines, with their indentation."""
        return self.text[unit.start : unit.end]

    def outermost_function(self, unit: Unit) -> Unit:
        """The outermost function that contains `unit`; `unit` itself if it is not nested in a function."""
        around = [f for f in self.functions if f.first_line <= unit.first_line and unit.last_line <= f.last_line]
        return around[0] if around else unit

    def members(self, unit: Unit) -> list[Unit]:
        """The functions inside a class; a function is its own only member."""
        if not unit.is_class:
            return [unit]
        return [f for f in self.functions if unit.first_line <= f.first_line and f.last_line <= unit.last_line]

    def _collect(self) -> Iterator[tuple[Unit, Definition]]:
        """The definitions in source order. Iterative: an `elif` is nested in the one before it, without end."""
        stack: list[tuple[ast.stmt, str]] = [(node, "") for node in reversed(self.tree.body)]
        while stack:
            node, prefix = stack.pop()
            if isinstance(node, Definition):
                unit = self._unit(node, prefix)
                yield unit, node
                prefix = unit.qualname + ("." if unit.is_class else ".<locals>.")
                blocks = [node.body]
            else:
                blocks = _blocks(node)
            stack += [(inner, prefix) for block in reversed(blocks) for inner in reversed(block)]

    def _unit(self, node: Definition, prefix: str) -> Unit:
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        last = node.end_lineno or node.lineno
        starts = self.index.starts
        end = starts[last] if last < len(starts) else len(self.text)
        is_class = isinstance(node, ast.ClassDef)
        return Unit(
            qualname=prefix + node.name,
            is_class=is_class,
            line=node.lineno,
            first_line=first,
            last_line=last,
            start=starts[first - 1],
            end=end,
        )


def _blocks(node: ast.stmt) -> list[list[ast.stmt]]:
    blocks = [getattr(node, field, []) for field in ("body", "orelse", "finalbody")]
    blocks += [handler.body for handler in getattr(node, "handlers", [])]
    blocks += [case.body for case in getattr(node, "cases", [])]
    return blocks
