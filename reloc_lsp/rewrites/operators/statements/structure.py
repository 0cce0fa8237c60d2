"""Structure: statements are moved, and keywords of control flow replaced."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.statement_edits import reindented_block, reindented_lines
from reloc_lsp.rewrites.source.unit_source import Statement, abbreviated, child_blocks
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


def replace_control_flow(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace `elif` by `if` and back, `while` by `if` and back, `break`, `continue`, `return`, `yield` and `await`."""
    for statement in ctx.focused_statements:
        match statement.node:
            case ast.If() | ast.While():
                yield from _branches(ctx, statement)
            case ast.Break() | ast.Continue():
                yield from _jumps(ctx, statement.node)
            case ast.Expr():
                yield from _results(ctx, statement.node)
            case ast.Assign(targets=[target], value=value):
                description = f"returns `{abbreviated(ctx.src(value))}`"
                start, end = ctx.span(statement.node)[0], ctx.text.index("=", ctx.span(target)[1]) + 1
                word = "return" if ctx.text[end].isspace() else "return "
                yield Rewrite((Edit(start, end, word),), "return", description, ctx.line(statement.node), 0.3)
            case ast.Return(value=ast.expr()) if statement.loop:
                yield _keyword(ctx, statement.node, "return", "yield", "yield", weight=0.3)


def _branches(ctx: UnitContext, statement: Statement) -> Iterator[Rewrite]:
    node = statement.node
    if isinstance(node, ast.While):
        if not node.orelse:
            yield _keyword(ctx, node, "while", "if", "branch", weight=0.6)
        return
    assert isinstance(node, ast.If)
    previous = statement.block[statement.index - 1] if statement.index else None
    if ctx.text.startswith("elif", ctx.span(node)[0]):
        yield _keyword(ctx, node, "elif", "if", "branch")
        return
    if isinstance(previous, ast.If) and not _has_plain_else(ctx, previous) and ctx.owns_lines(node):
        yield _keyword(ctx, node, "if", "elif", "branch")
    if not node.orelse:
        yield _keyword(ctx, node, "if", "while", "branch", weight=0.7)


def _jumps(ctx: UnitContext, node: ast.Break | ast.Continue) -> Iterator[Rewrite]:
    old = "break" if isinstance(node, ast.Break) else "continue"
    for new in ("continue" if old == "break" else "break", "return", "pass"):
        yield _keyword(ctx, node, old, new, "jump")


def _results(ctx: UnitContext, node: ast.Expr) -> Iterator[Rewrite]:
    """Return, yield or await the value of an expression statement."""
    line, start = ctx.line(node), ctx.span(node)[0]
    match node.value:
        case ast.Yield(value=ast.expr() as inner):
            edit = Edit(start, start + len("yield"), "yield from")
            if isinstance(inner, ast.Tuple):
                edit = Edit(*ctx.span(node), f"yield from ({ctx.src(inner)})")
            yield Rewrite((edit,), "yield", "`yield` becomes `yield from`", line)
        case ast.YieldFrom():
            edit = Edit(start, ctx.text.index("from", start) + len("from"), "yield")
            yield Rewrite((edit,), "yield", "`yield from` becomes `yield`", line)
        case ast.Yield() | ast.Constant() | ast.Await():
            return
        case _:
            text = abbreviated(ctx.src(node))
            yield Rewrite((Edit(start, start, "return "),), "return", f"returns `{text}`", line, 0.8)
            yield Rewrite((Edit(start, start, "yield "),), "yield", f"yields `{text}`", line, 0.2)
            if isinstance(ctx.function, ast.AsyncFunctionDef):
                yield Rewrite((Edit(start, start, "await "),), "await", f"awaits `{text}`", line)


def _keyword(ctx: UnitContext, node: ast.stmt, old: str, new: str, operator: str, *, weight: float = 1.0) -> Rewrite:
    """The rewrite that replaces the keyword at the start of a statement."""
    start = ctx.span(node)[0]
    edit = Edit(start, start + len(old), new)
    return Rewrite((edit,), operator, f"`{old}` becomes `{new}`", ctx.line(node), weight)


def add_await(ctx: UnitContext) -> Iterator[Rewrite]:
    """In a coroutine, await a call that is not awaited."""
    if isinstance(ctx.function, ast.AsyncFunctionDef):
        for slot in ctx.loads(ast.Call):
            if not isinstance(slot.parent, ast.Await | ast.Expr):
                yield ctx.replace(slot, f"await {ctx.src(slot.node)}", "await")


def _has_plain_else(ctx: UnitContext, node: ast.If) -> bool:
    while node.orelse:
        first = node.orelse[0]
        if len(node.orelse) == 1 and isinstance(first, ast.If) and ctx.text.startswith("elif", ctx.span(first)[0]):
            node = first
            continue
        return True
    return False
