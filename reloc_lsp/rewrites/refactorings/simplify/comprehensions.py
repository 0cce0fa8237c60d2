"""Loops that build a list, a set or a dict become comprehensions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.analysis.comprehension_shape import LoopShape, loop_shape
from reloc_lsp.rewrites.analysis.name_usage import bound_name, inside_try, is_name_or_constant, is_plain_local, names_in
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.statement_edits import delete_statement, replace_statements
from reloc_lsp.rewrites.source.unit_source import Statement
from reloc_lsp.rewrites.unit_context import UnitContext

_METHODS = {"list": "append", "set": "add"}


def loop_to_comprehension(ctx: UnitContext) -> Iterator[Rewrite]:
    """A loop that only appends, adds or sets items becomes a comprehension (PERF401, PERF403).

    Nothing may read the incomplete value, and nothing outside the loop may read the loop's names.
    """
    for statement in ctx.statements:
        shape = loop_shape(ctx, statement.node)
        if shape is None or len(shape.block) != 1 or inside_try(ctx, statement.node):
            continue
        for start in empty_before(ctx, statement):
            name, kind = bound_to_empty(ctx, start.node)
            value = _value(ctx, shape, name, kind)
            if value is None:
                continue
            edits = set_at(ctx, start, statement, value)
            if edits:
                yield Rewrite(edits, "comprehension", f"`{name}` is built by a comprehension", ctx.line(statement.node))


def empty_before(ctx: UnitContext, statement: Statement) -> Iterator[Statement]:
    """The nearest statements before a loop, in its block, that bind a name which no statement between them uses."""
    for before in reversed([other for other in ctx.statements if other.block is statement.block]):
        if before.index >= statement.index:
            continue
        name = bound_name(before.node)
        if name is None or not is_plain_local(ctx, name):
            continue
        between = statement.block[before.index + 1 : statement.index]
        if name not in names_in(*between):
            yield before


def bound_to_empty(ctx: UnitContext, node: ast.stmt) -> tuple[str, str]:
    """The name, and `list`, `set` or `dict` if it is bound to an empty one, else an empty text."""
    name = bound_name(node) or ""
    value = getattr(node, "value", None)
    match value:
        case ast.List(elts=[]):
            return name, "list"
        case ast.Dict(keys=[]):
            return name, "dict"
        case ast.Call(func=ast.Name(id="list" | "set" | "dict" as kind), args=[], keywords=[]) if ctx.is_builtin(kind):
            return name, kind
        case _:
            return name, ""


def set_at(ctx: UnitContext, start: Statement, loop: Statement, value: str) -> tuple[Edit, ...]:
    """The edits that delete the first binding of a name, and replace the loop by its binding to `value`."""
    begin, _ = ctx.span(start.node)
    inner, _ = ctx.span(getattr(start.node, "value"))  # noqa: B009
    lines = [ctx.text[begin:inner] + value]
    if start.index + 1 == loop.index:
        both = replace_statements(ctx, [start.node, loop.node], lines)
        return (both,) if both else ()
    gone, there = delete_statement(ctx, start), replace_statements(ctx, [loop.node], lines)
    return (gone, there) if gone and there else ()


def _value(ctx: UnitContext, shape: LoopShape, name: str, kind: str) -> str | None:
    if name in names_in(*_all_but_receiver(shape.block[0], name), *_clause_nodes(shape)):
        return None
    match shape.block[0]:
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=ast.Name(id=receiver), attr=method), args=[element], keywords=[])
        ) if receiver == name and method == _METHODS.get(kind) and not isinstance(element, ast.Starred):
            text = shape.with_element(ctx.inline(element))
            return f"[{text}]" if kind == "list" else "{" + text + "}"
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=receiver), slice=key)], value=value) if (
            receiver == name and kind == "dict" and not isinstance(key, ast.Slice) and _in_any_order(key, value)
        ):
            return "{" + shape.with_element(f"{ctx.inline(key)}: {ctx.inline(value)}") + "}"
        case _:
            return None


def _in_any_order(key: ast.expr, value: ast.expr) -> bool:
    """A statement evaluates the value first, a comprehension the key."""
    return (is_name_or_constant(key) or is_name_or_constant(value)) and not isinstance(key, ast.Tuple)


def _all_but_receiver(node: ast.stmt, name: str) -> Sequence[ast.AST]:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name()), args=arguments)):
            return arguments
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(), slice=key)], value=value):
            return [key, value]
        case _:
            return [node]


def _clause_nodes(shape: LoopShape) -> list[ast.AST]:
    found: list[ast.AST] = []
    for node in ast.walk(shape.loop):
        if isinstance(node, ast.For):
            found += [node.target, node.iter]
        elif isinstance(node, ast.If):
            found.append(node.test)
    return found
