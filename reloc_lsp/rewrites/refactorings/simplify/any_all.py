"""Loops that search for one item become `any(...)` or `all(...)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.rewrites.analysis.boolean_logic import is_constant, negated
from reloc_lsp.rewrites.analysis.comprehension_shape import LoopShape, loop_shape
from reloc_lsp.rewrites.analysis.name_usage import bound_name, inside_try, names_in
from reloc_lsp.rewrites.refactorings.simplify.comprehensions import empty_before, set_at
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.statement_edits import replace_statements
from reloc_lsp.rewrites.unit_context import UnitContext


def loop_to_any_all(ctx: UnitContext) -> Iterator[Rewrite]:
    """`for x in y: if c: return True` and then `return False` become `return any(...)`, or `all(...)` (SIM110)."""
    for statement in ctx.statements:
        shape = loop_shape(ctx, statement.node)
        following = statement.block[statement.index + 1 : statement.index + 2]
        if shape is None or len(shape.block) != 1 or not following:
            continue
        match shape.block[0], following[0]:
            case ast.Return(value=inside), ast.Return(value=after):
                text = _any_or_all(ctx, shape, inside, after)
                edit = text and replace_statements(ctx, [statement.node, *following], [f"return {text}"])
                if edit:
                    yield Rewrite((edit,), "existence", f"the loop becomes `{text}`", ctx.line(statement.node))


def flag_to_any_all(ctx: UnitContext) -> Iterator[Rewrite]:
    """`found = False`, then a loop that sets `found = True` and breaks, become `found = any(...)` (SIM110).

    The loop's condition must not read the name.
    """
    for statement in ctx.statements:
        shape = loop_shape(ctx, statement.node)
        if shape is None or shape.depth != 1 or len(shape.block) != 2 or inside_try(ctx, statement.node):
            continue
        match shape.block:
            case [ast.Assign(targets=[ast.Name(id=name)], value=inside), ast.Break()]:
                pass
            case _:
                continue
        for start in empty_before(ctx, statement):
            before = getattr(start.node, "value", None)
            if bound_name(start.node) != name or name in _read(shape):
                continue
            text = _any_or_all(ctx, shape, inside, before)
            edits = set_at(ctx, start, statement, text) if text else ()
            if edits:
                yield Rewrite(edits, "existence", f"the loop becomes `{name} = {text}`", ctx.line(statement.node))


def _any_or_all(ctx: UnitContext, shape: LoopShape, inside: ast.AST | None, otherwise: ast.AST | None) -> str | None:
    """`any(...)` or `all(...)` with the loop's last condition as its element."""
    # In a generator a `StopIteration` of `next` would become a `RuntimeError`.
    if shape.test is None or "next" in names_in(shape.loop):
        return None
    if is_constant(inside, True) and is_constant(otherwise, False) and ctx.is_builtin("any"):
        return f"any({shape.with_element(ctx.inline(shape.test), without_test=True)})"
    if is_constant(inside, False) and is_constant(otherwise, True) and ctx.is_builtin("all"):
        return f"all({shape.with_element(negated(shape.test, ctx), without_test=True)})"
    return None


def _read(shape: LoopShape) -> set[str]:
    names = (node for node in ast.walk(shape.loop) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Load)}
