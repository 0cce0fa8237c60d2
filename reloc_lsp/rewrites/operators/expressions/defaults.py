"""Default values of parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.unit_context import UnitContext

_PLAIN = {"None": 0.5, "True": 0.3, "False": 0.3, "0": 0.4, "1": 0.4, "''": 0.3}


def replace_default(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace a constant default value: the other truth value, a number off by one, a plain value (CRP)."""
    arguments = ctx.function.args
    pairs = [
        *zip([*arguments.posonlyargs, *arguments.args][::-1], arguments.defaults[::-1], strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for argument, default in pairs:
        if not isinstance(default, ast.Constant) or not ctx.body:
            continue
        own = ctx.src(default)
        for value, weight in _others(default.value).items():
            if value != own:
                description = f"`{argument.arg}` is `{value}` by default"
                # No test covers the header: the rewrite counts for the first line of the body.
                yield Rewrite((Edit(*ctx.span(default), value),), "default", description, ctx.line(ctx.body[0]), weight)


def _others(value: object) -> dict[str, float]:
    match value:
        case bool():
            return {str(not value): 1.0, "None": 0.3}
        case int() | float():
            return {f"{value + 1}": 0.7, f"{value - 1}": 0.7, **_PLAIN}
        case _:
            return _PLAIN
