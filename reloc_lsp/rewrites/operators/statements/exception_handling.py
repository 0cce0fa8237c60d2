"""Missing exception handling, where failing tests got an exception out of the unit."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.operators.statements.insertion import actions
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.statement_edits import reindented_lines
from reloc_lsp.rewrites.source.unit_context import UnitContext
from reloc_lsp.rewrites.source.unit_source import Statement, abbreviated


def handle_exception(ctx: UnitContext) -> Iterator[Rewrite]:
    """A statement that raised is tried; where it raises again, something else is done."""
    for place in ctx.places:
        error = ctx.module.raised.get(ctx.text.splitlines()[ctx.line(place.node) - 1].strip(), "")
        if not (hasattr(builtins, error) or error in ctx.module.names) or hasattr(place.node, "body"):
            continue
        text = reindented_lines(ctx, [place.node], ctx.indent(place.node) + ctx.step)
        if text is None or not ctx.alone(place.node):
            continue
        for action, likely in _instead(ctx, place):
            indent = ctx.indent(place.node)
            lines = [f"{indent}try:", text.rstrip("\r\n"), f"{indent}except {error}:", f"{indent}{ctx.step}{action}"]
            edit = Edit(*ctx.lines_of(place.node), ctx.newline.join(lines) + ctx.newline)
            said = f"after {error} in `{abbreviated(ctx.src(place.node))}`: `{abbreviated(action)}`"
            yield Rewrite((edit,), "handler", said, ctx.line(place.node), likely)


def _instead(ctx: UnitContext, place: Statement) -> Iterator[tuple[str, float]]:
    yield "pass", 0.6
    for target in getattr(place.node, "targets", ()):
        if isinstance(target, ast.Name):
            for value in ("None", "0", "''", "[]", "False"):
                yield f"{target.id} = {value}", 0.5
    for action, likely in actions(ctx, place):
        if action != "raise":
            yield action, likely
