"""Concatenated strings become f-strings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from reloc_lsp.rewrites.analysis.definite_types import NUMBERS, is_definitely
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.unit_context import UnitContext

_FORMATTED_ALIKE = NUMBERS | {"str", "NoneType"}
"""Types for which `str(x)` and `f"{x}"` are the same; classes may define them differently."""
_PLAIN_LITERAL = re.compile(r"""(["'])([^"'\\{}\n]*)\1""")
_UNFIT = re.compile(r"""["'\\\n#{}]""")


def concatenation_to_fstring(ctx: UnitContext) -> Iterator[Rewrite]:
    """`"a" + str(b) + "c"` becomes `f"a{b}c"`, for values `b` of builtin types (as pyupgrade and flynt do)."""
    for slot in ctx.loads(ast.BinOp):
        inner = isinstance(slot.parent, ast.BinOp) and isinstance(slot.parent.op, ast.Add)
        parts = [] if inner else _parts(slot.node)
        literals = [_PLAIN_LITERAL.fullmatch(ctx.src(part)) for part in parts if isinstance(part, ast.Constant)]
        quotes = {literal.group(1) for literal in literals if literal}
        if len(parts) == len(literals) or len(quotes) != 1 or not all(literals):
            continue
        texts = [_piece(ctx, part) for part in parts]
        if all(text is not None for text in texts):
            (quote,) = quotes
            yield ctx.replace(slot, f"f{quote}{''.join(filter(None, texts))}{quote}", "formatting")


def _parts(node: ast.expr) -> list[ast.expr]:
    """The operands of a sum, from left to right."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_parts(node.left), node.right]
    return [node]


def _piece(ctx: UnitContext, part: ast.expr) -> str | None:
    """The text of an operand in an f-string; `None` if it may not be in one."""
    match part:
        case ast.Constant(value=str()):
            return ctx.src(part)[1:-1]
        case ast.Call(func=ast.Name(id="str"), args=[value], keywords=[]) if ctx.is_builtin("str"):
            known = is_definitely(value, ctx, _FORMATTED_ALIKE)
        case _:
            value, known = part, is_definitely(part, ctx, frozenset({"str"}))
    text = ctx.src(value)
    open_to_doubt = isinstance(value, ast.Lambda | ast.NamedExpr | ast.Yield | ast.Starred)
    return None if not known or open_to_doubt or _UNFIT.search(text) else "{" + text + "}"
