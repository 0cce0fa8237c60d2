"""Tests whether a collection is empty."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.rewrites.analysis.boolean_logic import is_constant
from reloc_lsp.rewrites.analysis.definite_types import SIZED, is_definitely
from reloc_lsp.rewrites.analysis.name_usage import only_truth_matters
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.unit_context import UnitContext


def drop_len(ctx: UnitContext) -> Iterator[Rewrite]:
    """`len(x) == 0` becomes `not x`, and `len(x) > 0` `x` where only its truth value matters (PLC1802).

    Only if all observed types of `x` are builtin collections: other classes may define both differently.
    """
    for slot in ctx.loads(ast.Compare, ast.Call):
        node = slot.node
        x = _length_of(node, ctx)
        if x is not None and only_truth_matters(slot):
            yield ctx.replace(slot, ctx.inline(x), "emptiness")
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                x = _length_of(left, ctx)
            case _:
                continue
        if x is None:
            continue
        zero, one = is_constant(right, 0), is_constant(right, 1)
        if (zero and isinstance(op, ast.Eq | ast.LtE)) or (one and isinstance(op, ast.Lt)):
            yield ctx.replace(slot, f"not {ctx.inline(x)}", "emptiness")
        elif (
            (zero and isinstance(op, ast.NotEq | ast.Gt)) or (one and isinstance(op, ast.GtE))
        ) and only_truth_matters(slot):
            yield ctx.replace(slot, ctx.inline(x), "emptiness")


def _length_of(node: ast.expr, ctx: UnitContext) -> ast.expr | None:
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name() | ast.Attribute() as x], keywords=[]):
            return x if ctx.is_builtin("len") and is_definitely(x, ctx, SIZED) else None
        case _:
            return None
