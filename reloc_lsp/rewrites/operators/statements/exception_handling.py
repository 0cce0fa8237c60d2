"""Missing exception handling, at lines where failing tests got an exception."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.statement_edits import reindented_lines
from reloc_lsp.rewrites.source.unit_source import Statement, abbreviated
from reloc_lsp.rewrites.synthesis.exits import exits
from reloc_lsp.rewrites.unit_context import UnitContext


def handle_exception(ctx: UnitContext) -> Iterator[Rewrite]:
    """Put a statement that raised into `try`, with another action in `except` (template: exception handler)."""
    for statement in ctx.focused_statements:
        error = ctx.module.raised_at.get(ctx.text.splitlines()[ctx.line(statement.node) - 1].strip(), "")
        if not (hasattr(builtins, error) or error in ctx.module.names) or hasattr(statement.node, "body"):
            continue
        text = reindented_lines(ctx, [statement.node], ctx.indent(statement.node) + ctx.step)
        if text is None or not ctx.owns_lines(statement.node):
            continue
        for action, factor in _instead(ctx, statement):
            indent = ctx.indent(statement.node)
            lines = [f"{indent}try:", text.rstrip("\r\n"), f"{indent}except {error}:", f"{indent}{ctx.step}{action}"]
            edit = Edit(*ctx.line_span(statement.node), ctx.newline.join(lines) + ctx.newline)
            description = f"after {error} in `{abbreviated(ctx.src(statement.node))}`: `{abbreviated(action)}`"
            yield Rewrite((edit,), "handler", description, ctx.line(statement.node), factor)


def _instead(ctx: UnitContext, statement: Statement) -> Iterator[tuple[str, float]]:
    yield "pass", 0.6
    for target in getattr(statement.node, "targets", ()):
        if isinstance(target, ast.Name):
            for value in ("None", "0", "''", "[]", "False"):
                yield f"{target.id} = {value}", 0.5
    for action, factor in exits(ctx, statement):
        if action != "raise":
            yield action, factor
