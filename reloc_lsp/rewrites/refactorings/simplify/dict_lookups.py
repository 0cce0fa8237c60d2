"""Lookups in dicts with a default become `get`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.rewrites.analysis.definite_types import is_definitely
from reloc_lsp.rewrites.analysis.name_usage import is_name_or_constant, same_code
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.statement_edits import replace_statements
from reloc_lsp.rewrites.unit_context import UnitContext

_DICT = frozenset({"dict"})


def conditional_to_get(ctx: UnitContext) -> Iterator[Rewrite]:
    """`d[k] if k in d else x` becomes `d.get(k, x)`, for a dict and an `x` that is a constant or empty (SIM401)."""
    for slot in ctx.loads(ast.IfExp):
        node = slot.node
        assert isinstance(node, ast.IfExp)
        text = _get_call(ctx, node.test, node.body, node.orelse)
        if text:
            yield ctx.replace(slot, text, "lookup")


def if_else_to_get(ctx: UnitContext) -> Iterator[Rewrite]:
    """`if k in d: x = d[k]` and `else: x = y` become `x = d.get(k, y)` (SIM401)."""
    for statement in ctx.statements:
        match statement.node:
            case ast.If(
                test=test,
                body=[ast.Assign(targets=[ast.Name() as one], value=found)],
                orelse=[ast.Assign(targets=[ast.Name() as other], value=missing)],
            ) if same_code(one, other):
                text = _get_call(ctx, test, found, missing)
                edit = text and replace_statements(ctx, [statement.node], [f"{one.id} = {text}"])
                if edit:
                    yield Rewrite((edit,), "lookup", f"one lookup: `{one.id} = {text}`", ctx.line(statement.node))


def _get_call(ctx: UnitContext, test: ast.expr, found: ast.expr, missing: ast.expr) -> str | None:
    match test:
        case ast.Compare(left=key, ops=[ast.In() | ast.NotIn() as op], comparators=[ast.Name() as holder]):
            if isinstance(op, ast.NotIn):
                found, missing = missing, found
        case _:
            return None
    is_lookup = isinstance(found, ast.Subscript) and same_code(found.value, holder) and same_code(found.slice, key)
    if not is_lookup or not is_name_or_constant(key) or not is_definitely(holder, ctx, _DICT) or not _is_cheap(missing):
        return None
    default = "" if isinstance(missing, ast.Constant) and missing.value is None else f", {ctx.inline(missing)}"
    return f"{holder.id}.get({ctx.inline(key)}{default})"


def _is_cheap(node: ast.expr) -> bool:
    """Whether evaluating the value without need has no effect: a constant, or an empty list, tuple or dict."""
    return isinstance(node, ast.Constant) or (isinstance(node, ast.List | ast.Tuple) and not node.elts) or (
        isinstance(node, ast.Dict) and not node.keys
    )  # fmt: skip
