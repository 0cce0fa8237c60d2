"""Misplaced code: statements moved, loops and branches of the wrong kind."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.program.edit import Edit
from reloc_lsp.rewrites.context import UnitContext, blocks, short
from reloc_lsp.rewrites.layout import moved_lines
from reloc_lsp.rewrites.rewrite import Rewrite


def moved_out(ctx: UnitContext) -> Iterator[Rewrite]:
    """The last statements of a block one level out."""
    for place in ctx.statements:
        if place.parent is ctx.function or len(place.block) < 2 or place.index == 0 or not isinstance(place.parent, ast.stmt):
            continue
        rest = place.block[place.index :]
        inner = [block for block in blocks(place.parent)]
        if inner and inner[-1] is place.block:
            text = moved_lines(ctx, rest, ctx.indent(place.parent))
            if text is not None:
                edit = Edit(ctx.lines_of(rest[0])[0], ctx.lines_of(rest[-1])[1], text)
                weight = 1.0 if len(rest) == 1 else 0.6
                yield Rewrite((edit,), "move", f"`{short(ctx.src(place.node))}` moves out of the block", ctx.line(place.node), weight)


def moved_in(ctx: UnitContext) -> Iterator[Rewrite]:
    """The statement after a block into it."""
    for place in ctx.statements:
        if place.index + 1 >= len(place.block):
            continue
        following = place.block[place.index + 1]
        for block in _last_blocks(place.node):
            text = moved_lines(ctx, [following], ctx.indent(block[-1]))
            if text is not None and ctx.alone(block[-1]):
                edit = Edit(*ctx.lines_of(following), text)
                yield Rewrite((edit,), "move", f"`{short(ctx.src(following))}` moves into the block", ctx.line(following))


def _last_blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    inner = list(blocks(node))
    if inner:
        yield inner[-1]
        yield from _last_blocks(inner[-1][-1])


def reordered(ctx: UnitContext) -> Iterator[Rewrite]:
    """Two neighbouring statements change places; a statement moves to the start or end of its block."""
    for place in ctx.statements:
        for other in range(place.index + 1, min(place.index + 4, len(place.block))):
            second = place.block[other]
            if not (ctx.alone(place.node) and ctx.alone(second)):
                continue
            start, middle = ctx.lines_of(place.node)
            inner_start, end = ctx.lines_of(second)
            if end > inner_start >= middle > start and ctx.text[middle - 1 : middle] in ("\n", "\r"):
                one, between, two = ctx.text[start:middle], ctx.text[middle:inner_start], ctx.text[inner_start:end]
                if not two.endswith(("\n", "\r")):
                    two, one = two + ctx.newline, one.rstrip("\r\n")
                weight = 0.9 if other == place.index + 1 else 0.3
                said = f"`{short(ctx.src(second))}` comes before `{short(ctx.src(place.node))}`"
                yield Rewrite((Edit(start, end, two + between + one),), "move", said, ctx.line(place.node), weight)


def kinds_of_branch(ctx: UnitContext) -> Iterator[Rewrite]:
    """`elif` for `if` and back, `while` for `if` and back, `if` for `else`, `break`, `continue`, `return`, `yield`."""
    for place in ctx.statements:
        node, start = place.node, ctx.span(place.node)[0]
        line = ctx.line(node)
        if isinstance(node, ast.If):
            elif_ = ctx.text.startswith("elif", start)
            previous = place.block[place.index - 1] if place.index else None
            if elif_:
                yield Rewrite((Edit(start, start + 4, "if"),), "branch", "`elif` becomes `if`", line)
            elif isinstance(previous, ast.If) and not _has_plain_else(ctx, previous) and ctx.alone(node):
                yield Rewrite((Edit(start, start + 2, "elif"),), "branch", "`if` becomes `elif`", line)
            if not node.orelse and not elif_:
                yield Rewrite((Edit(start, start + 2, "while"),), "branch", "`if` becomes `while`", line, 0.7)
        elif isinstance(node, ast.While) and not node.orelse:
            yield Rewrite((Edit(start, start + 5, "if"),), "branch", "`while` becomes `if`", line, 0.6)
        elif isinstance(node, ast.Break | ast.Continue):
            old = ctx.src(node)
            others = ["continue" if old == "break" else "break", "return", "pass"]
            for new in others:
                yield Rewrite((Edit(start, start + len(old), new),), "jump", f"`{old}` becomes `{new}`", line)
        elif isinstance(node, ast.Expr):
            if isinstance(node.value, ast.Yield) and node.value.value is not None:
                inner = ctx.src(node.value.value)
                yield Rewrite((Edit(*ctx.span(node), f"yield from {inner}"),), "yield", "`yield` becomes `yield from`", line)
            elif isinstance(node.value, ast.YieldFrom):
                inner = ctx.src(node.value.value)
                yield Rewrite((Edit(*ctx.span(node), f"yield {inner}"),), "yield", "`yield from` becomes `yield`", line)
            elif not isinstance(node.value, ast.Constant | ast.Await):
                yield Rewrite((Edit(start, start, "return "),), "return", f"returns `{short(ctx.src(node))}`", line, 0.8)
                yield Rewrite((Edit(start, start, "yield "),), "yield", f"yields `{short(ctx.src(node))}`", line, 0.2)
                if isinstance(ctx.function, ast.AsyncFunctionDef):
                    yield Rewrite((Edit(start, start, "await "),), "await", f"awaits `{short(ctx.src(node))}`", line)
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            value = ctx.span(node.value)[0]
            yield Rewrite((Edit(start, value, "return "),), "return", f"returns `{short(ctx.src(node.value))}`", line, 0.3)
        elif isinstance(node, ast.Return) and place.loop and node.value is not None:
            yield Rewrite((Edit(start, start + 6, "yield"),), "yield", "`return` becomes `yield`", line, 0.3)


def awaited(ctx: UnitContext) -> Iterator[Rewrite]:
    """In a coroutine, wait for a call that was not waited for."""
    if isinstance(ctx.function, ast.AsyncFunctionDef):
        for slot in ctx.loads(ast.Call):
            if not isinstance(slot.parent, ast.Await | ast.Expr):
                yield ctx.replace(slot, f"await {ctx.inline(slot.node)}", "await")


def _has_plain_else(ctx: UnitContext, node: ast.If) -> bool:
    while node.orelse:
        first = node.orelse[0]
        if len(node.orelse) == 1 and isinstance(first, ast.If) and ctx.text.startswith("elif", ctx.span(first)[0]):
            node = first
            continue
        return True
    return False
