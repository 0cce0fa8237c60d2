"""Conditions turned around, and conditions as values."""

from __future__ import annotations

import ast

from reloc_lsp.rewrites.analysis.definite_types import PLAIN, is_boolean, is_definitely
from reloc_lsp.rewrites.source.bindings import UnitNames
from reloc_lsp.rewrites.source.precedence import parenthesized

_TURNED: dict[type[ast.cmpop], str] = {
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is", ast.Eq: "!=", ast.NotEq: "==",
}  # fmt: skip


def opposite(node: ast.expr, ctx: UnitNames) -> str | None:
    """A comparison as its opposite, where the two are sure to be opposite: `a < b` and `a >= b` are not, for NaN."""
    if not (isinstance(node, ast.Compare) and len(node.ops) == 1):
        return None
    (op,), (right,) = node.ops, node.comparators
    by_class = isinstance(op, ast.Eq | ast.NotEq)
    if type(op) not in _TURNED or (by_class and not all(is_definitely(one, ctx, PLAIN) for one in (node.left, right))):
        return None
    return f"{ctx.inline(node.left)} {_TURNED[type(op)]} {ctx.inline(right)}"


def negated(node: ast.expr, ctx: UnitNames) -> str:
    """The text of `not node`, which is always a truth value."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and is_boolean(node.operand, ctx):
        return ctx.inline(node.operand)
    not_ = ast.UnaryOp(ast.Not(), node)
    return opposite(node, ctx) or f"not {parenthesized(ctx.inline(node), not_, 'operand')}"


def truth_value(node: ast.expr, ctx: UnitNames) -> str | None:
    """The text of what is `True` where the condition holds, else `False`; `None` where that would be no simpler."""
    if is_boolean(node, ctx):
        return ctx.inline(node)
    # `bool(a == b)` says that `==` may be anything, which nobody had in mind.
    return f"bool({ctx.inline(node)})" if ctx.is_builtin("bool") and not isinstance(node, ast.Compare) else None


def is_constant(node: ast.AST | None, value: object) -> bool:
    """Whether the node is that very constant, type included."""
    return isinstance(node, ast.Constant) and type(node.value) is type(value) and node.value == value
