"""Control flow: keywords such as `if`, `while`, `break` and `return` are replaced or inserted."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.unit_source import Statement, abbreviated
from reloc_lsp.rewrites.unit_context import UnitContext


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
