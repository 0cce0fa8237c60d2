"""Several comparisons of one value become one."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.analysis.definite_types import HASHABLE, PLAIN, is_definitely
from reloc_lsp.rewrites.analysis.name_usage import is_name_or_constant, same_code
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.unit_expressions import Slot
from reloc_lsp.rewrites.source.unit_source import abbreviated
from reloc_lsp.rewrites.unit_context import UnitContext

_SIGNS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=="}
_MIRRORED: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Lt: ast.Gt(), ast.LtE: ast.GtE(), ast.Gt: ast.Lt(), ast.GtE: ast.LtE(), ast.Eq: ast.Eq(),
}  # fmt: skip


def chain_comparisons(ctx: UnitContext) -> Iterator[Rewrite]:
    """`a < b and b < c` becomes `a < b < c`, for a name or constant `b` (PLR1716); `b > a and b < c` too, if all
    three have builtin types."""
    for slot, one, other, position in _neighbours(ctx, ast.And):
        pairs = (
            (first, second) for first in _with_sides_swapped(one, ctx) for second in _with_sides_swapped(other, ctx)
        )
        for first, second in pairs:
            middle = first.comparators[-1]
            if is_name_or_constant(middle) and same_code(middle, second.left) and _one_way([*first.ops, *second.ops]):
                yield _joined(ctx, slot, position, _text(ctx, first) + _text(ctx, second, continued=True))
                break


def _with_sides_swapped(node: ast.expr, ctx: UnitContext) -> list[ast.Compare]:
    """A comparison, and the same one with its sides swapped, if that is equivalent."""
    if not isinstance(node, ast.Compare):
        return []
    if len(node.ops) > 1 or type(node.ops[0]) not in _MIRRORED:
        return [node]
    left, right = node.left, node.comparators[0]
    if not all(is_definitely(side, ctx, PLAIN) for side in (left, right)):
        return [node]
    return [node, ast.Compare(right, [_MIRRORED[type(node.ops[0])]], [left])]


def _text(ctx: UnitContext, node: ast.Compare, *, continued: bool = False) -> str:
    """The comparison's text, without its left side if it continues another one."""
    parts = [] if continued else [ctx.inline(node.left)]
    for op, right in zip(node.ops, node.comparators, strict=True):
        parts += [_SIGNS[type(op)], ctx.inline(right)]
    return (" " if continued else "") + " ".join(parts)


def equalities_to_in(ctx: UnitContext) -> Iterator[Rewrite]:
    """`x == 1 or x == 2` becomes `x in (1, 2)`, and `x != 1 and x != 2` `x not in (1, 2)` (PLR1714)."""
    for kind, op, word in ((ast.Or, ast.Eq, "in"), (ast.And, ast.NotEq, "not in")):
        for slot, one, other, position in _neighbours(ctx, kind):
            first, second = _compared(one, op, word), _compared(other, op, word)
            if first and second and same_code(first[0], second[0]) and is_definitely(first[0], ctx, HASHABLE):
                values = ", ".join(map(ctx.inline, [*first[1], *second[1]]))
                yield _joined(ctx, slot, position, f"{ctx.inline(first[0])} {word} ({values})")


def merge_calls(ctx: UnitContext) -> Iterator[Rewrite]:
    """`isinstance(x, A) or isinstance(x, B)` becomes `isinstance(x, (A, B))` (SIM101); `startswith` and `endswith` of a
    string alike (PIE810)."""
    for slot, one, other, position in _neighbours(ctx, ast.Or):
        match one, other:
            case (
                ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name() as x, a], keywords=[]),
                ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name() as y, b], keywords=[]),
            ) if ctx.is_builtin("isinstance") and same_code(x, y) and _classes(a) and _classes(b):
                text = f"isinstance({x.id}, ({_listed(ctx, a)}, {_listed(ctx, b)}))"
            case (
                ast.Call(func=ast.Attribute(value=ast.Name() as x, attr=method), args=[a], keywords=[]),
                ast.Call(func=ast.Attribute(value=ast.Name() as y, attr=again), args=[b], keywords=[]),
            ) if method == again and method in ("startswith", "endswith") and same_code(x, y):
                if not is_definitely(x, ctx, frozenset({"str"})) or not all(_texts(arg) for arg in (a, b)):
                    continue
                text = f"{x.id}.{method}(({_listed(ctx, a)}, {_listed(ctx, b)}))"
            case _:
                continue
        yield _joined(ctx, slot, position, text)


def _neighbours(ctx: UnitContext, kind: type[ast.boolop]) -> Iterator[tuple[Slot, ast.expr, ast.expr, int]]:
    """Two adjacent operands of an `and` or `or`, with the index of the first."""
    for slot in ctx.loads(ast.BoolOp):
        node = slot.node
        if isinstance(node, ast.BoolOp) and isinstance(node.op, kind):
            for position, (one, other) in enumerate(zip(node.values, node.values[1:], strict=False)):
                yield slot, one, other, position


def _joined(ctx: UnitContext, slot: Slot, position: int, text: str) -> Rewrite:
    """The two operands at `position` become one; if there are no others, the whole expression does."""
    node = slot.node
    assert isinstance(node, ast.BoolOp)
    if len(node.values) == 2:
        return ctx.replace(slot, text, "comparison")
    start, end = ctx.span(node.values[position])[0], ctx.span(node.values[position + 1])[1]
    description = f"`{abbreviated(ctx.text[start:end])}` becomes `{abbreviated(text)}`"
    return Rewrite((Edit(start, end, text),), "comparison", description, ctx.line(node))


def _one_way(ops: Sequence[ast.cmpop]) -> bool:
    """Whether a chain of these operators goes in one direction, or has only `==`."""
    up = all(isinstance(op, ast.Lt | ast.LtE) for op in ops)
    return up or all(isinstance(op, ast.Gt | ast.GtE) for op in ops) or all(isinstance(op, ast.Eq) for op in ops)


def _compared(node: ast.expr, op: type[ast.cmpop], word: str) -> tuple[ast.Name, list[ast.expr]] | None:
    """The name, and the constants that it is compared with."""
    match node:
        case ast.Compare(left=ast.Name() as name, ops=[found], comparators=[ast.Constant() as value]):
            return (name, [value]) if isinstance(found, op) else None
        case ast.Compare(left=ast.Name() as name, ops=[found], comparators=[ast.Tuple(elts=values)]):
            fitting = isinstance(found, ast.In if word == "in" else ast.NotIn)
            return (name, values) if fitting and all(isinstance(v, ast.Constant) for v in values) else None
        case _:
            return None


def _classes(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) or (isinstance(node, ast.Tuple) and all(map(_classes, node.elts)))


def _texts(node: ast.expr) -> bool:
    plain = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return plain or (isinstance(node, ast.Tuple) and all(map(_texts, node.elts)))


def _listed(ctx: UnitContext, node: ast.expr) -> str:
    nodes = node.elts if isinstance(node, ast.Tuple) else [node]
    return ", ".join(map(ctx.inline, nodes))
