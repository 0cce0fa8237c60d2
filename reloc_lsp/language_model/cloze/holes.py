"""The holes of a function: the places where a model may write something else, or something more."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from reloc_lsp.program.fingerprint import is_docstring
from reloc_lsp.program.unit_positions import UnitPositions

MAX_GAP_LINES = 3
"""Lines that a model may insert at one place. Chosen by hand."""
MAX_REST_LINES = 40
"""Lines that a model may write in place of a block or of the rest of a function. Chosen by hand."""


class HoleKind(StrEnum):
    """What is in a hole. The values are parts of the names of neighbourhoods, as traces have them."""

    LINE = "line"
    EXPRESSION = "expression"
    INSERTION = "insertion"
    REST = "rest"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Hole:
    """The text from `start` to `end` of a version is taken out; `opening` and `closing` stand around what is written.

    `line` is the line of the version (from 1) whose suspiciousness the hole has. `indentation` is that of the
    statement in the hole. A model writes up to `lines` lines, and `what` describes that to a user.
    """

    kind: HoleKind
    start: int
    end: int
    line: int
    indentation: str
    what: str
    opening: str = ""
    closing: str = ""
    lines: int = 1


@lru_cache(maxsize=8)  # The same version is asked for once for each kind of hole.
def holes(source: str) -> tuple[Hole, ...]:
    """Every hole of a function, whose lines end in line feeds, in source order; raises what `UnitPositions` raises."""
    unit = UnitPositions(source)
    body = unit.function.body
    statements = [node for block in _blocks(unit.function) for node in block if not is_docstring(node)]
    found = list(_default_values(unit))
    for node in sorted(statements, key=lambda node: (unit.line(node), node.col_offset)):
        found += [*_lines(unit, node), *_expressions(unit, node), *_insertions(unit, node)]
    for block in _blocks(unit.function):
        found += _block_holes(unit, block, in_function=block is body)
    return tuple(found)


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """The blocks of statements in a function, outer ones first."""
    for field in ("body", "orelse", "finalbody"):
        block = getattr(node, field, None)
        if isinstance(block, list) and block:
            yield block
            for inner in block:
                yield from _blocks(inner)
    for holder in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield from _blocks(holder)


def _header_end(unit: UnitPositions, node: ast.stmt) -> int:
    """The offset behind a statement, or behind its header if it has a block."""
    body = getattr(node, "body", None)
    if not isinstance(body, list):
        return unit.span(node)[1]
    first = unit.line(body[0])
    if first == unit.line(node):
        return unit.span(node)[1]
    return unit.index.starts[first - 1] - 1


def _lines(unit: UnitPositions, node: ast.stmt) -> Iterator[Hole]:
    start, line = unit.span(node)[0], unit.line(node)
    indentation = unit.index.indentation(line)
    yield Hole(HoleKind.LINE, start, _header_end(unit, node), line, indentation, f"line {line} anew")


def _expressions(unit: UnitPositions, node: ast.stmt) -> Iterator[Hole]:
    line, end = unit.line(node), _header_end(unit, node)
    indentation = unit.index.indentation(line)
    roots = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    roots += [item.context_expr for item in getattr(node, "items", ())]
    seen: set[tuple[int, int]] = set()
    for root in roots:
        for inner in ast.walk(root):
            for part in _parts(inner, root):
                span = unit.span(part)
                if span not in seen and span[1] <= end:
                    seen.add(span)
                    what = f"`{unit.text[slice(*span)]}` in line {line} anew"
                    yield Hole(HoleKind.EXPRESSION, *span, line, indentation, what)


def _parts(node: ast.AST, root: ast.expr) -> Iterator[ast.expr]:
    """The expressions in a node that are a hole of their own: what a person would write anew in one piece."""
    if node is root and not isinstance(getattr(node, "ctx", None), ast.Store):
        yield root
    match node:
        case ast.Call():
            yield from node.args
            yield from (keyword.value for keyword in node.keywords)
        case ast.Compare():
            yield node.left
            yield from node.comparators
        case ast.BoolOp():
            yield from node.values
        case ast.BinOp():
            yield from (node.left, node.right)
        case ast.Subscript():
            yield node.slice
        case ast.IfExp():
            yield from (node.test, node.body, node.orelse)
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
            yield node.elt
            yield from _comprehension_parts(node.generators)
        case ast.DictComp():
            yield from (node.key, node.value)
            yield from _comprehension_parts(node.generators)
        case ast.Lambda():
            yield node.body


def _comprehension_parts(generators: list[ast.comprehension]) -> Iterator[ast.expr]:
    for generator in generators:
        yield generator.iter
        yield from generator.ifs


def _default_values(unit: UnitPositions) -> Iterator[Hole]:
    arguments = unit.function.args
    for value in (*arguments.defaults, *arguments.kw_defaults):
        if value is not None:
            line = unit.line(value)
            span = unit.span(value)
            what = f"the default value `{unit.text[slice(*span)]}` anew"
            yield Hole(HoleKind.EXPRESSION, *span, line, unit.index.indentation(line), what)


def _insertions(unit: UnitPositions, node: ast.stmt) -> Iterator[Hole]:
    """Lines before a statement: anything, and a branch whose condition the model writes."""
    start, line = unit.span(node)[0], unit.line(node)
    indentation = unit.index.indentation(line)
    if unit.text[unit.index.starts[line - 1] : start].strip() or unit.text.startswith("elif", start):
        return
    closing = f"\n{indentation}"
    for opening in ("", "if "):
        what = f"{'a branch' if opening else 'lines'} inserted before line {line}"
        yield Hole(HoleKind.INSERTION, start, start, line, indentation, what, opening, closing, MAX_GAP_LINES)


def _block_holes(unit: UnitPositions, block: list[ast.stmt], *, in_function: bool) -> Iterator[Hole]:
    """Lines at the end of a block, and each end of a block: all from one of its statements on, the last one aside."""
    last = block[-1]
    end, line = unit.span(last)[1], unit.line(last)
    indentation = unit.index.indentation(line)
    if not isinstance(last, ast.Return | ast.Raise | ast.Continue | ast.Break):
        what, opening = f"lines inserted after line {unit.last_line(last)}", f"\n{indentation}"
        yield Hole(HoleKind.INSERTION, end, end, line, indentation, what, opening, "", MAX_GAP_LINES)
    statements = [node for node in block if not is_docstring(node)]
    for place, node in enumerate(statements):
        first = unit.line(node)
        kind, what = HoleKind.REST, f"lines {first} to {unit.last_line(last)} anew"
        if in_function:
            kind, what = (
                (HoleKind.REST, f"all from line {first} on anew") if place else (HoleKind.BODY, "the body anew")
            )
        only_line = node is last and len(block) > 1 and kind is HoleKind.REST
        if not only_line and not unit.text.startswith("elif", unit.span(node)[0]):
            yield Hole(kind, unit.span(node)[0], end, first, indentation, what, lines=MAX_REST_LINES)
