"""Elements and plain values: an element is added to a collection, a value becomes a plain one, a constant a name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.rewrites.analysis.possible_types import possible_types
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.unit_expressions import Slot
from reloc_lsp.rewrites.unit_context import UnitContext

MAX_ELEMENTS = 8
"""Collections with more elements get none. Chosen by hand."""
_PLAIN = {
    "0": 1.0,
    "1": 0.8,
    "None": 0.9,
    "[]": 0.6,
    "''": 0.6,
    "True": 0.7,
    "False": 0.7,
    "{}": 0.3,
    "-1": 0.4,
    "2": 0.2,
}
"""Plain values with their weights. Chosen by hand."""


def add_element(ctx: UnitContext) -> Iterator[Rewrite]:
    """Add an element at either end of a list, tuple or set."""
    for slot in ctx.loads(ast.List, ast.Tuple, ast.Set):
        node = slot.node
        assert isinstance(node, ast.List | ast.Tuple | ast.Set)
        items = [ctx.src(item) for item in node.elts]
        if not items or len(items) > MAX_ELEMENTS:
            continue
        opening, closing = (
            ("[", "]") if isinstance(node, ast.List) else ("{", "}") if isinstance(node, ast.Set) else ("(", ")")
        )
        for extra in dict.fromkeys([*items, *ctx.bound_before(slot.statement)]):
            if not extra.startswith("*"):
                for row in ([*items, extra], [extra, *items]):
                    yield ctx.replace(slot, f"{opening}{', '.join(row)}{closing}", "element", weight=0.6)


def replace_by_plain_value(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace a computed value by a plain one (CRP, constant for expression)."""
    for slot in ctx.loads(
        ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.BinOp, ast.Compare, ast.BoolOp, ast.List
    ):
        if slot.field in ("func", "annotation", "test") or isinstance(slot.parent, ast.Attribute | ast.Starred):
            continue
        types = possible_types(slot.node, ctx)
        for value, weight in _PLAIN.items():
            fits = not types or type(ast.literal_eval(value)).__name__ in types
            entire_value = isinstance(slot.parent, ast.Assign | ast.Return | ast.keyword)
            yield ctx.replace(
                slot, value, "plain value", weight=weight * (1.0 if fits else 0.3) * (1.0 if entire_value else 0.4)
            )


def replace_constant_by_name(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace a constant by a name in scope (scalar for constant); a name that is never read weighs more."""
    for slot in ctx.loads(ast.Constant):
        node = slot.node
        if not isinstance(node, ast.Constant) or isinstance(slot.parent, ast.JoinedStr | ast.FormattedValue | ast.Expr):
            continue
        kind = type(node.value).__name__
        for name in (*ctx.bound_before(slot.statement), *ctx.self_attributes, *sorted(ctx.module.constants)):
            types = ctx.types_of(name)
            fits = not types or kind in types or node.value is None
            weight = (1.0 if fits else 0.2) * (4.0 if name in ctx.unused_names else 1.0)
            yield ctx.replace(_whole(slot), name, "name for constant", weight=weight)


def _whole(slot: Slot) -> Slot:
    """The slot of the negative number that a constant is part of, else the constant's own."""
    negative = isinstance(slot.parent, ast.UnaryOp) and isinstance(slot.parent.op, ast.USub)
    return slot.outer if negative and slot.outer else slot
