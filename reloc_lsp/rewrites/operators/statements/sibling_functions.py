"""Statements of sibling functions that the unit may lack: a check, an assignment to a field, a reset."""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Iterator

from reloc_lsp.rewrites.analysis.purity import is_pure
from reloc_lsp.rewrites.rewrite import GuardInsertion, Rewrite
from reloc_lsp.rewrites.source.statement_edits import insert_around
from reloc_lsp.rewrites.source.unit_source import abbreviated
from reloc_lsp.rewrites.unit_context import UnitContext

MAX_STATEMENTS = 16
"""Most statements that are copied from siblings, the commonest first. Chosen by hand."""
MAX_LENGTH = 120
"""Longest statement that is copied, in characters. Chosen by hand."""
_STEPS = (ast.Assign, ast.AugAssign, ast.Expr, ast.Delete)
_BODIES = (*_STEPS, ast.Return, ast.Raise)


def copy_from_sibling(ctx: UnitContext) -> Iterator[Rewrite]:
    """Copy a statement of another function of the file or of the unit's class, unchanged."""
    own = {ast.unparse(statement.node) for statement in ctx.statements}
    common: Counter[str] = Counter()
    for function, same_class in ctx.module.siblings:
        for node in ast.walk(function):
            if isinstance(node, ast.stmt) and _small(node) and (same_class or not _mentions_self(node)):
                text = ast.unparse(node)
                if text not in own and len(text) <= MAX_LENGTH:
                    common[text] += 2 if same_class else 1
    for text, count in common.most_common(MAX_STATEMENTS):
        (node,) = ast.parse(text).body
        lines = [_marked(line) for line in text.splitlines()]
        description = f"`{abbreviated(text)}` is added, as in another function"
        for statement in ctx.focused_statements:
            if not _read(node) <= {
                *ctx.bound_before(statement.node),
                *ctx.positional_parameters,
                *ctx.module.names,
                *dir(builtins),
            }:
                continue
            guard = _guard(ctx.line(statement.node), node)
            for edit in insert_around(ctx, statement, lines):
                yield Rewrite(
                    (edit,), "sibling", description, ctx.line(statement.node), 0.3 + 0.2 * min(count, 3), guard
                )


def _small(node: ast.stmt) -> bool:
    if isinstance(node, ast.If):
        return not node.orelse and len(node.body) == 1 and isinstance(node.body[0], _BODIES)
    documents = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return isinstance(node, _STEPS) and not documents and _has_effect_outside(node)


def _has_effect_outside(node: ast.stmt) -> bool:
    """Whether the statement changes more than local names: those mean little in another function."""
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    return not any(isinstance(target, ast.Name | ast.Tuple) for target in targets)


def _guard(line: int, node: ast.stmt) -> GuardInsertion | None:
    return GuardInsertion(line, ast.unparse(node.test)) if isinstance(node, ast.If) and is_pure(node.test) else None


def _mentions_self(node: ast.stmt) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id in ("self", "cls") for inner in ast.walk(node))


def _read(node: ast.stmt) -> set[str]:
    bound = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - bound


def _marked(line: str) -> str:
    """The line with `>` for each level of indentation, as `statement_edits` expects it."""
    text = line.lstrip(" ")
    return ">" * ((len(line) - len(text)) // 4) + text
