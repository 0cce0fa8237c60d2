"""Redundant truth values: `if c: return True`, `True if c else False`, `not a == b`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.rewrites.analysis.boolean_logic import is_constant, negated, opposite, truth_value
from reloc_lsp.rewrites.analysis.definite_types import is_boolean
from reloc_lsp.rewrites.analysis.name_usage import only_truth_matters
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.precedence import parenthesized
from reloc_lsp.rewrites.source.statement_edits import replace_statements
from reloc_lsp.rewrites.unit_context import UnitContext


def return_condition(ctx: UnitContext) -> Iterator[Rewrite]:
    """`if c: return True` and else, or next, `return False` become `return c` (SIM103)."""
    for statement in ctx.statements:
        node = statement.node
        if not (isinstance(node, ast.If) and len(node.body) == 1):
            continue
        following = statement.block[statement.index + 1 : statement.index + 2]
        after = node.orelse or following
        if len(after) != 1:
            continue
        first, second = node.body[0], after[0]
        if not (isinstance(first, ast.Return) and isinstance(second, ast.Return)):
            continue
        text = _as_value(ctx, node.test, first.value, second.value)
        edit = text and replace_statements(ctx, [node] if node.orelse else [node, *following], [f"return {text}"])
        if edit:
            yield Rewrite((edit,), "truth value", f"the condition itself is returned: `{text}`", ctx.line(node))


def simplify_conditional(ctx: UnitContext) -> Iterator[Rewrite]:
    """`True if c else False` becomes `c` (SIM210, SIM211), `a if not c else b` becomes `b if c else a` (SIM212)."""
    for slot in ctx.loads(ast.IfExp):
        node = slot.node
        assert isinstance(node, ast.IfExp)
        text = _as_value(ctx, node.test, node.body, node.orelse)
        if text:
            yield ctx.replace(slot, text, "truth value")
        elif isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not):
            body = parenthesized(ctx.inline(node.orelse), node, "body")
            test = parenthesized(ctx.inline(node.test.operand), node, "test")
            yield ctx.replace(slot, f"{body} if {test} else {ctx.inline(node.body)}", "truth value")


def simplify_negation(ctx: UnitContext) -> Iterator[Rewrite]:
    """`not a in b`, `not a is b` and `not a == b` become one comparison (E713, E714, SIM201, SIM202);
    `not not c` becomes `c` where only its truth value matters (SIM208)."""
    for slot in ctx.loads(ast.UnaryOp):
        node = slot.node
        if not (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
            continue
        text = opposite(node.operand, ctx)
        match node.operand:
            case ast.UnaryOp(op=ast.Not(), operand=inner) if only_truth_matters(slot) or is_boolean(inner, ctx):
                text = ctx.inline(inner)
        if text:
            yield ctx.replace(slot, text, "negation")


def drop_comparison_with_bool(ctx: UnitContext) -> Iterator[Rewrite]:
    """`c == True` becomes `c` and `c == False` `not c`, for a `c` that is a truth value for certain (E712)."""
    for slot in ctx.loads(ast.Compare):
        match slot.node:
            case ast.Compare(
                left=left, ops=[ast.Eq() | ast.NotEq() as op], comparators=[ast.Constant(value=bool(truth))]
            ):
                if is_boolean(left, ctx):
                    kept = truth is isinstance(op, ast.Eq)
                    yield ctx.replace(slot, ctx.inline(left) if kept else negated(left, ctx), "truth value")


def _as_value(ctx: UnitContext, test: ast.expr, first: ast.AST | None, second: ast.AST | None) -> str | None:
    """The condition as a value, if its branches are `True` and `False`."""
    if is_constant(first, True) and is_constant(second, False):
        return truth_value(test, ctx)
    if is_constant(first, False) and is_constant(second, True):
        return negated(test, ctx)
    return None
