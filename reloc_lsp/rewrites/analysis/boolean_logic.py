"""The opposite of a comparison, the negation of a condition, and conditions as values. All keep the meaning exactly."""

from __future__ import annotations

import ast

from reloc_lsp.rewrites.analysis.definite_types import PLAIN, is_boolean, is_definitely
from reloc_lsp.rewrites.source.bindings import UnitNames
from reloc_lsp.rewrites.source.precedence import parenthesized

_OPPOSITES: dict[type[ast.cmpop], str] = {
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is", ast.Eq: "!=", ast.NotEq: "==",
}  # fmt: skip


def opposite(node: ast.expr, ctx: UnitNames) -> str | None:
    """The opposite of a comparison, if that is certain: `a < b` and `a >= b` are no opposites, because of NaN."""
    if not (isinstance(node, ast.Compare) and len(node.ops) == 1):
        return None
    (op,), (right,) = node.ops, node.comparators
    by_class = isinstance(op, ast.Eq | ast.NotEq)
    if type(op) not in _OPPOSITES or (
        by_class and not all(is_definitely(one, ctx, PLAIN) for one in (node.left, right))
    ):
        return None
    return f"{ctx.inline(node.left)} {_OPPOSITES[type(op)]} {ctx.inline(right)}"


def negated(node: ast.expr, ctx: UnitNames) -> str:
    """The text of `not node`, whose value is always `True` or `False`."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and is_boolean(node.operand, ctx):
        return ctx.inline(node.operand)
    not_ = ast.UnaryOp(ast.Not(), node)
    return opposite(node, ctx) or f"not {parenthesized(ctx.inline(node), not_, 'operand')}"


def truth_value(node: ast.expr, ctx: UnitNames) -> str | None:
    """The text of an expression that is `True` or `False` as the condition is; `None` if it would not be simpler."""
    if is_boolean(node, ctx):
        return ctx.inline(node)
    # `bool(a == b)` would suggest that `==` returns no truth value, which nobody means.
    return f"bool({ctx.inline(node)})" if ctx.is_builtin("bool") and not isinstance(node, ast.Compare) else None


def is_constant(node: ast.AST | None, value: object) -> bool:
    """Whether the node is this constant, with this type."""
    return isinstance(node, ast.Constant) and type(node.value) is type(value) and node.value == value
