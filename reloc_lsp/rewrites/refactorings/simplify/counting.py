"""Loops that sum up or count indices, and assignments that add to a name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.analysis.boolean_logic import is_constant
from reloc_lsp.rewrites.analysis.comprehension_shape import loop_shape
from reloc_lsp.rewrites.analysis.definite_types import IMMUTABLE, is_definitely
from reloc_lsp.rewrites.analysis.loop_invariants import is_invariant, unused_name
from reloc_lsp.rewrites.analysis.name_usage import (
    blocks_comprehension,
    bound_name,
    escapes_loop,
    inside_try,
    names_in,
    same_code,
)
from reloc_lsp.rewrites.refactorings.simplify.comprehensions import empty_before, set_at
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.unit_source import abbreviated
from reloc_lsp.rewrites.unit_context import UnitContext

_AUGMENTED: dict[type[ast.operator], str] = {
    ast.Add: "+=", ast.Sub: "-=", ast.Mult: "*=", ast.Div: "/=", ast.FloorDiv: "//=", ast.Mod: "%=", ast.BitOr: "|=",
    ast.BitAnd: "&=", ast.BitXor: "^=", ast.LShift: "<<=", ast.RShift: ">>=", ast.Pow: "**=",
}  # fmt: skip
_FIXED = frozenset({"list", "tuple", "str", "bytes", "range"})


def loop_to_sum(ctx: UnitContext) -> Iterator[Rewrite]:
    """`total = 0`, then a loop that only adds to it, become `total = sum(...)`.

    Only for integers: since Python 3.12 `sum` adds floats more precisely than `+=` does.
    """
    for statement in ctx.statements:
        shape = loop_shape(ctx, statement.node)
        if shape is None or len(shape.block) != 1 or inside_try(ctx, statement.node) or not ctx.is_builtin("sum"):
            continue
        match shape.block[0]:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value) if ctx.types_of(name) == {"int"}:
                pass
            case _:
                continue
        loads = (node for node in ast.walk(shape.loop) if isinstance(node, ast.Name) and node.id == name)
        if sum(1 for _ in loads) > 1 or "next" in names_in(shape.loop):
            continue
        for start in empty_before(ctx, statement):
            if bound_name(start.node) == name and is_constant(getattr(start.node, "value", None), 0):
                text = f"sum({shape.with_element(ctx.inline(value))})"
                edits = set_at(ctx, start, statement, text)
                if edits:
                    description = f"`{name}` is a sum, as it was always a whole number in the tests"
                    yield Rewrite(edits, "sum", description, ctx.line(statement.node))


def range_len_to_enumerate(ctx: UnitContext) -> Iterator[Rewrite]:
    """`for i in range(len(xs))` that reads `xs[i]` becomes a loop over the items, with `enumerate` where `i` is used.

    Only where nothing that the loop does can change `xs` (pylint's consider-using-enumerate).
    """
    for statement in ctx.statements:
        node = statement.node
        match node:
            case ast.For(
                target=ast.Name(id=index),
                iter=ast.Call(
                    func=ast.Name(id="range"),
                    args=[ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=container)], keywords=[])],
                    keywords=[],
                ),
            ) if ctx.is_builtin("range") and ctx.is_builtin("len") and index != container:
                pass
            case _:
                continue
        assert isinstance(node, ast.For)
        if not is_definitely(node.iter.args[0].args[0], ctx, _FIXED) or node.orelse:  # type: ignore[attr-defined]
            continue
        items = [s for s in ctx.loads(ast.Subscript) if _is_item(s.node, container, index) and _within(node, s.node)]
        name = _name_of_item(ctx, container)
        if not items or name is None or not _keeps_counting(ctx, node, container, index):
            continue
        inside = [inner for inner in ast.walk(node) if isinstance(inner, ast.Name)]
        if sum(inner.id == container for inner in inside) != len(items) + 1:
            continue
        counted = sum(inner.id == index for inner in inside) > len(items) + 1 or escapes_loop(ctx, index, node)
        if counted and not ctx.is_builtin("enumerate"):
            continue
        start, _ = ctx.span(node.target)
        _, end = ctx.span(node.iter)
        header = f"{index}, {name} in enumerate({container})" if counted else f"{name} in {container}"
        edits = (Edit(start, end, header), *(ctx.edit(slot, name) for slot in items))
        yield Rewrite(edits, "enumeration", f"the loop goes over the items of `{container}`", ctx.line(node))


def to_augmented_assignment(ctx: UnitContext) -> Iterator[Rewrite]:
    """`x = x + 1` becomes `x += 1`, for values that cannot be changed in place (PLR6104)."""
    for statement in ctx.statements:
        match statement.node:
            case ast.Assign(targets=[ast.Name() as target], value=ast.BinOp(left=left, op=op, right=right)):
                if same_code(target, left) and is_definitely(left, ctx, IMMUTABLE) and type(op) in _AUGMENTED:
                    start, end = ctx.span(statement.node)
                    text = f"{target.id} {_AUGMENTED[type(op)]} {ctx.inline(right)}"
                    description = f"`{abbreviated(ctx.src(statement.node))}` becomes `{abbreviated(text)}`"
                    yield Rewrite((Edit(start, end, text),), "augmented", description, ctx.line(statement.node))


def _is_item(node: ast.expr, container: str, index: str) -> bool:
    match node:
        case ast.Subscript(value=ast.Name(id=value), slice=ast.Name(id=at), ctx=ast.Load()):
            return (value, at) == (container, index)
        case _:
            return False


def _within(outer: ast.AST, node: ast.AST) -> bool:
    return any(inner is node for inner in ast.walk(outer))


def _keeps_counting(ctx: UnitContext, loop: ast.For, container: str, index: str) -> bool:
    """Whether the loop changes neither the content of `container` nor the index that it binds."""
    stores = [node for node in ast.walk(loop) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    return (
        sum(node.id == index for node in stores) == 1
        and not blocks_comprehension(loop)
        and is_invariant(ctx, container, loop)
    )


def _name_of_item(ctx: UnitContext, container: str) -> str | None:
    """A name for one item: `word` for `words`, or `item`, if it is unused."""
    plural = container.endswith("s") and len(container) > 1 and not container.endswith("ss")
    return (unused_name(ctx, container[:-1]) if plural else None) or unused_name(ctx, "item")
