"""Statements as whole lines: deleted, inserted, moved to another level of indentation."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from reloc_lsp.program.source_text import split_lines
from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.source.unit_context import UnitContext
from reloc_lsp.rewrites.source.unit_source import Statement


def delete_statement(ctx: UnitContext, place: Statement) -> Edit | None:
    """The edit that takes a statement away, `pass` in its place where it was alone in its block."""
    if len(place.block) == 1 or not ctx.alone(place.node):
        start, end = ctx.span(place.node)
        if getattr(place.node, "decorator_list", None):
            start = ctx.lines_of(place.node)[0] + len(ctx.indent(place.node))
        if isinstance(place.node, ast.If) and ctx.text.startswith("elif", start):
            return Edit(*ctx.lines_of(place.node), "")
        return Edit(start, end, "pass")
    return Edit(*ctx.lines_of(place.node), "")


def insert_before(ctx: UnitContext, node: ast.stmt, lines: Sequence[str]) -> Edit | None:
    """The edit that puts `lines` (indented from the node's level on) before a statement."""
    if not ctx.alone(node) or _is_elif(ctx, node):
        return None
    start = ctx.lines_of(node)[0]
    return Edit(start, start, _block(ctx, ctx.indent(node), lines))


def insert_after(ctx: UnitContext, node: ast.stmt, lines: Sequence[str], like: ast.stmt | None = None) -> Edit | None:
    """The edit that puts `lines` after a statement, at its level (or that of `like`)."""
    if not ctx.alone(node):
        return None
    end = ctx.lines_of(node)[1]
    text = _block(ctx, ctx.indent(like or node), lines)
    if end == len(ctx.text) and not ctx.text.endswith(("\n", "\r")):
        return Edit(end, end, ctx.newline + text.rstrip("\r\n"))
    return Edit(end, end, text)


def insert_around(ctx: UnitContext, place: Statement, lines: Sequence[str]) -> Iterator[Edit]:
    """The edits that put `lines` before a statement, and after it where it ends its block."""
    before = insert_before(ctx, place.node, lines)
    if before is not None:
        yield before
    leaves = isinstance(place.node, ast.Return | ast.Raise | ast.Break | ast.Continue)
    if place.index == len(place.block) - 1 and not leaves:
        after = insert_after(ctx, place.node, lines)
        if after is not None:
            yield after


def replace_statements(ctx: UnitContext, statements: Sequence[ast.stmt], lines: Sequence[str]) -> Edit | None:
    """The edit that puts `lines` (indented from their level on) in the place of neighbouring statements."""
    first, last = statements[0], statements[-1]
    if not (ctx.alone(first) and ctx.alone(last)) or _is_elif(ctx, first):
        return None
    start, end = ctx.lines_of(first)[0], ctx.lines_of(last)[1]
    text = _block(ctx, ctx.indent(first), lines)
    return Edit(start, end, text if ctx.text[:end].endswith(("\n", "\r")) else text.rstrip("\r\n"))


def _block(ctx: UnitContext, indent: str, lines: Sequence[str]) -> str:
    """Lines with `>` standing for one more level of indentation."""
    out = []
    for line in lines:
        depth = len(line) - len(line.lstrip(">"))
        out.append(indent + ctx.step * depth + line[depth:] + ctx.newline)
    return "".join(out)


def reindented_block(ctx: UnitContext, block: Sequence[ast.stmt], indent: str) -> str | None:
    """The lines of a whole block, comments above it included, at another indentation.

    `None` where `reindented_lines` gives `None`.
    """
    first = ctx.index.line_of(ctx.lines_of(block[0])[0])
    head = first
    while ctx.index.lines[head - 2].strip()[:1] in ("", "#"):
        head -= 1
    return reindented_lines(ctx, block, indent, above=first - head)


def reindented_lines(ctx: UnitContext, statements: Sequence[ast.stmt], indent: str, above: int = 0) -> str | None:
    """The whole lines of neighbouring statements, and so many `above`, at another indentation.

    `None` where that would change text.
    """
    start, end = ctx.lines_of(statements[0])[0], ctx.lines_of(statements[-1])[1]
    start = ctx.index.starts[ctx.index.line_of(start) - 1 - above]
    old = ctx.indent(statements[0])
    if any(_multiline_text(node) for node in statements) or not ctx.alone(statements[0]):
        return None
    moved = []
    for line in split_lines(ctx.text[start:end]):
        if line.strip() and not line.startswith(old):
            return None
        moved.append(indent + line[len(old) :] if line.strip() else line)
    text = "".join(moved)
    return text if text.endswith(("\n", "\r")) else text + ctx.newline


def _multiline_text(node: ast.stmt) -> bool:
    return any(
        isinstance(inner, ast.Constant | ast.JoinedStr) and inner.end_lineno != inner.lineno for inner in ast.walk(node)
    )


def _is_elif(ctx: UnitContext, node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ctx.text.startswith("elif", ctx.span(node)[0])
