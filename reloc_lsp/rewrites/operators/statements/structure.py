"""Structure: statements are moved out of, into and within blocks."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.statement_edits import reindented_block, reindented_lines
from reloc_lsp.rewrites.source.unit_source import abbreviated, child_blocks
from reloc_lsp.rewrites.unit_context import UnitContext


def move_out_of_block(ctx: UnitContext) -> Iterator[Rewrite]:
    """Move the last statements of a block one level out."""
    for statement in ctx.focused_statements:
        if (
            statement.parent is ctx.function
            or len(statement.block) < 2
            or statement.index == 0
            or not isinstance(statement.parent, ast.stmt)
        ):
            continue
        rest = statement.block[statement.index :]
        inner = list(child_blocks(statement.parent))
        if inner and inner[-1] is statement.block:
            text = reindented_lines(ctx, rest, ctx.indent(statement.parent))
            if text is not None:
                edit = Edit(ctx.line_span(rest[0])[0], ctx.line_span(rest[-1])[1], text)
                weight = 1.0 if len(rest) == 1 else 0.6
                yield Rewrite(
                    (edit,),
                    "move",
                    f"`{abbreviated(ctx.src(statement.node))}` moves out of the block",
                    ctx.line(statement.node),
                    weight,
                )


def lift_statement(ctx: UnitContext) -> Iterator[Rewrite]:
    """Move a simple statement of a block before or after the statement around the block."""
    for statement in ctx.focused_statements:
        outer = statement.parent
        if not isinstance(outer, ast.stmt) or outer is ctx.function or len(statement.block) < 2:
            continue
        if not isinstance(statement.node, ast.Assign | ast.AugAssign | ast.Expr) or not ctx.owns_lines(statement.node):
            continue
        text = reindented_lines(ctx, [statement.node], ctx.indent(outer))
        if text is None or _spelled(ctx, outer).startswith("elif"):
            continue
        gone, (start, end) = Edit(*ctx.line_span(statement.node), ""), ctx.line_span(outer)
        description = f"`{abbreviated(ctx.src(statement.node))}` moves out of the block"
        for at in (start, end):
            if at not in (gone.start, gone.end) and ctx.text[:at].endswith(("\n", "\r")):
                yield Rewrite((gone, Edit(at, at, text)), "move", description, ctx.line(statement.node), 0.5)


def move_else_to_loop(ctx: UnitContext) -> Iterator[Rewrite]:
    """Turn the `else` of the last `if` in a loop into the loop's own `else`."""
    for statement in ctx.focused_statements:
        loop, node = statement.parent, statement.node
        if not (isinstance(loop, ast.For | ast.While) and not loop.orelse and isinstance(node, ast.If) and node.orelse):
            continue
        if statement.index < len(statement.block) - 1 or _spelled(ctx, node.orelse[0]).startswith("elif"):
            continue
        start, end = ctx.line_span(node.body[-1])[1], ctx.line_span(node.orelse[-1])[1]
        body = reindented_block(ctx, node.orelse, ctx.indent(loop) + ctx.step)
        if body is not None:
            header = f"{ctx.indent(loop)}else:{ctx.newline}"
            yield Rewrite((Edit(start, end, header + body),), "branch", "the loop gets the `else`", ctx.line(node))


def _spelled(ctx: UnitContext, node: ast.stmt) -> str:
    return ctx.text[ctx.span(node)[0] :]


def move_into_block(ctx: UnitContext) -> Iterator[Rewrite]:
    """Move the statement after a block into the block."""
    for statement in ctx.focused_statements:
        if statement.index + 1 >= len(statement.block):
            continue
        following = statement.block[statement.index + 1]
        for block in _last_blocks(statement.node):
            text = reindented_lines(ctx, [following], ctx.indent(block[-1]))
            if text is not None and ctx.owns_lines(block[-1]):
                edit = Edit(*ctx.line_span(following), text)
                yield Rewrite(
                    (edit,),
                    "move",
                    f"`{abbreviated(ctx.src(following))}` moves into the block",
                    ctx.line(following),
                )


def _last_blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    inner = list(child_blocks(node))
    if inner:
        yield inner[-1]
        yield from _last_blocks(inner[-1][-1])


def reorder_statements(ctx: UnitContext) -> Iterator[Rewrite]:
    """Swap two statements of a block that are at most three statements apart."""
    for statement in ctx.focused_statements:
        for other in range(statement.index + 1, min(statement.index + 4, len(statement.block))):
            second = statement.block[other]
            if not (ctx.owns_lines(statement.node) and ctx.owns_lines(second)):
                continue
            start, middle = ctx.line_span(statement.node)
            inner_start, end = ctx.line_span(second)
            if end > inner_start >= middle > start and ctx.text[middle - 1 : middle] in ("\n", "\r"):
                one, between, two = (
                    ctx.text[start:middle],
                    ctx.text[middle:inner_start],
                    ctx.text[inner_start:end],
                )
                if not two.endswith(("\n", "\r")):
                    two, one = two + ctx.newline, one.rstrip("\r\n")
                weight = 0.9 if other == statement.index + 1 else 0.3
                description = f"`{abbreviated(ctx.src(second))}` comes before `{abbreviated(ctx.src(statement.node))}`"
                yield Rewrite(
                    (Edit(start, end, two + between + one),), "move", description, ctx.line(statement.node), weight
                )
