"""Nested or equal blocks that can be merged into one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.analysis.name_usage import same_code
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.precedence import parenthesized
from reloc_lsp.rewrites.source.statement_edits import reindented_block
from reloc_lsp.rewrites.source.unit_source import abbreviated
from reloc_lsp.rewrites.unit_context import UnitContext


def merge_nested_ifs(ctx: UnitContext) -> Iterator[Rewrite]:
    """`if a:` around nothing but `if b:` becomes `if a and b:` (SIM102)."""
    for statement in ctx.statements:
        match statement.node:
            case ast.If(test=test, body=[ast.If(test=inner, orelse=[]) as nested], orelse=[]):
                start, end = ctx.span(test)
                if ctx.text[:start].endswith("(") and ctx.text[end : end + 1] == ")":
                    start, end = start - 1, end + 1
                header = Edit(start, end, _both(ctx, ast.And(), "and", test, inner))
                yield from _merged(ctx, statement.node, nested, header)


def merge_nested_withs(ctx: UnitContext) -> Iterator[Rewrite]:
    """`with a:` around nothing but `with b:` becomes `with a, b:` (SIM117)."""
    for statement in ctx.statements:
        match statement.node:
            case ast.With(items=items, body=[ast.With(items=inner) as nested]):
                last = items[-1].optional_vars or items[-1].context_expr
                start, end = ctx.span(items[0].context_expr)[0], ctx.span(last)[1]
                if ctx.text[:start].rstrip().endswith("(") or ctx.text[end : end + 1] != ":":
                    continue  # items in parentheses
                text = ctx.text[start:end] + "".join(f", {_item(ctx, item)}" for item in inner)
                yield from _merged(ctx, statement.node, nested, Edit(start, end, text))


def merge_equal_branches(ctx: UnitContext) -> Iterator[Rewrite]:
    """`if a: x` and `elif b: x` become `if a or b: x` (SIM114)."""
    for statement in ctx.statements:
        match statement.node:
            case ast.If(test=test, body=body, orelse=[ast.If(test=other, body=also, orelse=rest) as second]):
                alike = len(body) == len(also) and all(map(same_code, body, also))
                chained = ctx.text.startswith("elif", ctx.span(second)[0])
                if not alike or not chained or not ctx.owns_lines(body[-1]) or not ctx.owns_lines(also[-1]):
                    continue
                text = _both(ctx, ast.Or(), "or", test, other)
                end = ctx.line_span(also[-1])[1]
                gone = Edit(ctx.line_span(body[-1])[1], end, "")
                if rest and end == len(ctx.text):
                    continue
                edits = (Edit(*ctx.span(test), text), gone)
                yield Rewrite(edits, "nesting", f"one branch: `{abbreviated(text)}`", ctx.line(statement.node))


def _merged(ctx: UnitContext, outer: ast.stmt, nested: ast.If | ast.With, header: Edit) -> Iterator[Rewrite]:
    """The rewrite that changes the outer header, removes the inner one, and moves its body one level out."""
    body = nested.body
    moved = reindented_block(ctx, body, ctx.indent(nested))
    if moved is None or not ctx.owns_lines(nested) or not ctx.owns_lines(body[-1]) or "\n" in header.text:
        return
    start, end = ctx.line_span(nested)[0], ctx.line_span(body[-1])[1]
    if ctx.line(body[0]) == ctx.line(nested) or header.end > start or _between(ctx, nested, body[0]):
        return
    if end == len(ctx.text) and not ctx.text.endswith(("\n", "\r")):
        moved = moved.rstrip("\r\n")
    description = f"two blocks become one: `{abbreviated(header.text)}`"
    yield Rewrite((header, Edit(start, end, moved)), "nesting", description, ctx.line(outer))


def _between(ctx: UnitContext, nested: ast.stmt, first: ast.stmt) -> bool:
    """Whether the inner header has a comment, which would be lost."""
    header = ctx.text[ctx.span(nested)[0] : ctx.line_span(first)[0]]
    return "#" in header


def _both(ctx: UnitContext, op: ast.boolop, word: str, left: ast.expr, right: ast.expr) -> str:
    both = ast.BoolOp(op, [left, right])
    # Operands with the same operator need no parentheses: the order of evaluation stays.
    parts = [
        ctx.inline(one)
        if isinstance(one, ast.BoolOp) and type(one.op) is type(op)
        else parenthesized(ctx.inline(one), both, "values")
        for one in (left, right)
    ]
    return f" {word} ".join(parts)


def _item(ctx: UnitContext, item: ast.withitem) -> str:
    named = f" as {ctx.inline(item.optional_vars)}" if item.optional_vars else ""
    return ctx.inline(item.context_expr) + named
