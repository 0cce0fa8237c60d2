"""When an expression needs parentheses in another one's place (Python language reference, operator precedence)."""

from __future__ import annotations

import ast
from functools import lru_cache

(
    TUPLE,
    YIELD,
    NAMED,
    TEST,
    OR,
    AND,
    NOT,
    COMPARE,
    BIT_OR,
    BIT_XOR,
    BIT_AND,
    SHIFT,
    ARITH,
    TERM,
    FACTOR,
    POWER,
    AWAIT,
    ATOM,
) = range(18)

_BINARY: dict[type[ast.operator] | type[ast.boolop], int] = {
    ast.Or: OR, ast.And: AND, ast.BitOr: BIT_OR, ast.BitXor: BIT_XOR, ast.BitAnd: BIT_AND, ast.LShift: SHIFT,
    ast.RShift: SHIFT, ast.Add: ARITH, ast.Sub: ARITH, ast.Mult: TERM, ast.Div: TERM, ast.FloorDiv: TERM, ast.Mod: TERM,
    ast.MatMult: TERM, ast.Pow: POWER,
}  # fmt: skip
_OTHERS: dict[type[ast.expr], int] = {
    ast.Tuple: TUPLE, ast.Yield: YIELD, ast.YieldFrom: YIELD, ast.NamedExpr: NAMED, ast.IfExp: TEST, ast.Lambda: TEST,
    ast.Compare: COMPARE, ast.UnaryOp: FACTOR, ast.Await: AWAIT,
}  # fmt: skip
_NEEDED: dict[type[ast.AST], int] = {
    ast.UnaryOp: FACTOR, ast.Compare: BIT_OR, ast.Attribute: ATOM, ast.Await: ATOM, ast.Subscript: TUPLE,
    ast.Return: TUPLE, ast.Assign: TUPLE, ast.AugAssign: TUPLE, ast.AnnAssign: TUPLE, ast.Expr: TUPLE, ast.For: TUPLE,
    ast.comprehension: OR, ast.Starred: BIT_OR,
}  # fmt: skip
_IN_FIELD: dict[tuple[type[ast.AST], str], int] = {
    (ast.Subscript, "value"): ATOM, (ast.Call, "func"): ATOM, (ast.IfExp, "body"): OR, (ast.IfExp, "test"): OR,
}  # fmt: skip


def level(node: ast.expr) -> int:
    """The precedence level of the outermost operator of `node`."""
    match node:
        case ast.BinOp(op=op) | ast.BoolOp(op=op):
            return _BINARY[type(op)]
        case ast.UnaryOp(op=ast.Not()):
            return NOT
        case ast.Constant(value=int()):
            return AWAIT  # in `1.real` the dot would belong to the number
        case _:
            return _OTHERS.get(type(node), ATOM)


def required_level(parent: ast.AST, field: str, index: int = -1) -> int:
    """The lowest level that an expression in `field` of `parent` (at `index`) may have without parentheses."""
    match parent:
        case ast.BinOp(op=ast.Pow()):
            return AWAIT if field == "left" else FACTOR
        case ast.BinOp(op=op) | ast.BoolOp(op=op):
            return _BINARY[type(op)] + (field != "left")
        case ast.UnaryOp(op=ast.Not()):
            return NOT
        case ast.Dict(keys=keys) if field == "values" and keys[index] is None:
            return BIT_OR
        case _:
            return _IN_FIELD.get((type(parent), field), _NEEDED.get(type(parent), TEST))


@lru_cache(maxsize=20_000)
def level_of_text(text: str) -> int:
    """The level of an expression's text; ATOM if it cannot be parsed alone."""
    try:
        return level(ast.parse(f"({text})", mode="eval").body)
    except (SyntaxError, ValueError):
        return ATOM


@lru_cache(maxsize=20_000)
def is_complete_expression(text: str) -> bool:
    """Whether a text can be parsed as an expression without brackets around it."""
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return False
    return True


def parenthesized(text: str, parent: ast.AST, field: str, index: int = -1) -> str:
    """`text`, in parentheses if it needs them in that position."""
    return text if level_of_text(text) >= required_level(parent, field, index) else f"({text})"
