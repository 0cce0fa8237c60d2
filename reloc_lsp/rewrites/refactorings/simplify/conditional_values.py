"""One of two values: `x if x else y`, and branches that assign to the same name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.rewrites.analysis.name_usage import blocks_comprehension, same_code
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.precedence import parenthesized
from reloc_lsp.rewrites.source.statement_edits import replace_statements
from reloc_lsp.rewrites.unit_context import UnitContext


def conditional_to_or(ctx: UnitContext) -> Iterator[Rewrite]:
    """`x if x else y` becomes `x or y`, for a name `x` (FURB110); `y if x else x` becomes `x and y`."""
    for slot in ctx.loads(ast.IfExp):
        node = slot.node
        assert isinstance(node, ast.IfExp)
        test, body, orelse = node.test, node.body, node.orelse
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test, body, orelse = test.operand, orelse, body
        if not isinstance(test, ast.Name):
            continue
        if same_code(test, body):
            yield ctx.replace(slot, _joined(ctx, test, ast.Or(), orelse), "alternative")
        elif same_code(test, orelse):
            yield ctx.replace(slot, _joined(ctx, test, ast.And(), body), "alternative")


def if_else_to_conditional(ctx: UnitContext) -> Iterator[Rewrite]:
    """`if c: x = a` and `else: x = b` become `x = a if c else b` (SIM108)."""
    for statement in ctx.statements:
        match statement.node:
            case ast.If(test=test, body=[ast.Assign() as one], orelse=[ast.Assign() as other]) if (
                not blocks_comprehension(statement.node)
            ):
                if len(one.targets) != 1 or len(other.targets) != 1 or not same_code(one.targets[0], other.targets[0]):
                    continue
                if not isinstance(one.targets[0], ast.Name) or _chooses(one.value) or _chooses(other.value):
                    continue
                choice = ast.IfExp(test, one.value, other.value)
                body = parenthesized(ctx.inline(one.value), choice, "body")
                condition = parenthesized(ctx.inline(test), choice, "test")
                text = f"{ctx.src(one.targets[0])} = {body} if {condition} else {_last(ctx, other.value)}"
                edit = replace_statements(ctx, [statement.node], [text])
                if edit:
                    yield Rewrite((edit,), "alternative", f"one assignment: `{text}`", ctx.line(statement.node))


def _chooses(node: ast.expr) -> bool:
    """Whether the value contains a conditional expression: two of them in one line are hard to read."""
    return any(isinstance(inner, ast.IfExp) for inner in ast.walk(node))


def _joined(ctx: UnitContext, left: ast.expr, op: ast.boolop, right: ast.expr) -> str:
    joined = ast.BoolOp(op, [left, right])
    word = "or" if isinstance(op, ast.Or) else "and"
    return f"{ctx.inline(left)} {word} {parenthesized(ctx.inline(right), joined, 'values', 1)}"


def _last(ctx: UnitContext, node: ast.expr) -> str:
    text = ctx.inline(node)
    return f"({text})" if isinstance(node, ast.Tuple) and not text.startswith("(") else text
