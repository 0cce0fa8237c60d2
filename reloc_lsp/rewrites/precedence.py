"""When an expression put in another's place needs parentheses."""

from __future__ import annotations

import ast
from functools import lru_cache

TUPLE, YIELD, NAMED, TEST, OR, AND, NOT, COMPARE, BIT_OR, BIT_XOR, BIT_AND, SHIFT, ARITH, TERM, FACTOR, POWER, AWAIT, ATOM = range(18)

_BINARY: dict[type[ast.operator], int] = {
    ast.BitOr: BIT_OR, ast.BitXor: BIT_XOR, ast.BitAnd: BIT_AND, ast.LShift: SHIFT, ast.RShift: SHIFT,
    ast.Add: ARITH, ast.Sub: ARITH, ast.Mult: TERM, ast.Div: TERM, ast.FloorDiv: TERM, ast.Mod: TERM,
    ast.MatMult: TERM, ast.Pow: POWER,
}  # fmt: skip


def level(node: ast.expr) -> int:
    """How tightly the outermost operator of `node` binds."""
    match node:
        case ast.Tuple():
            return TUPLE
        case ast.Yield() | ast.YieldFrom():
            return YIELD
        case ast.NamedExpr():
            return NAMED
        case ast.IfExp() | ast.Lambda():
            return TEST
        case ast.BoolOp(op=ast.Or()):
            return OR
        case ast.BoolOp():
            return AND
        case ast.UnaryOp(op=ast.Not()):
            return NOT
        case ast.Compare():
            return COMPARE
        case ast.BinOp(op=op):
            return _BINARY[type(op)]
        case ast.UnaryOp():
            return FACTOR
        case ast.Await():
            return AWAIT
        case _:
            return ATOM


def needed(parent: ast.AST, field: str) -> int:  # noqa: PLR0911
    """The least level an expression must have to stand in `field` of `parent` without parentheses."""
    match parent:
        case ast.BinOp(op=op):
            own = _BINARY[type(op)]
            if isinstance(op, ast.Pow):
                return AWAIT if field == "left" else FACTOR
            return own if field == "left" else own + 1
        case ast.BoolOp(op=op):
            return (OR if isinstance(op, ast.Or) else AND) + 1
        case ast.UnaryOp(op=ast.Not()):
            return NOT
        case ast.UnaryOp():
            return FACTOR
        case ast.Compare():
            return BIT_OR
        case ast.Attribute() | ast.Await():
            return ATOM
        case ast.Subscript() | ast.Call() if field in ("value", "func"):
            return ATOM
        case ast.Subscript() | ast.Return() | ast.Assign() | ast.AugAssign() | ast.AnnAssign() | ast.Expr() | ast.For():
            return TUPLE
        case ast.IfExp():
            return TEST if field == "orelse" else OR
        case ast.comprehension():
            return OR
        case ast.Starred():
            return BIT_OR
        case _:
            return TEST


@lru_cache(maxsize=20_000)
def level_of_text(text: str) -> int:
    """The level of an expression's text; ATOM where it does not parse by itself."""
    try:
        return level(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError):
        return ATOM


def fitted(text: str, parent: ast.AST, field: str) -> str:
    """`text`, in parentheses if it needs them in that place."""
    return text if level_of_text(text) >= needed(parent, field) else f"({text})"
