"""Definite types: those that an expression has for certain, by its form and the observed types of its names.

Refactorings use them, because they must keep the meaning of a program. `possible_types` may guess instead: it trusts
the name of a method whatever the object is. Both use the same names of types and the same table of literals.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from reloc_lsp.rewrites.source.bindings import UnitNames

Types = frozenset[str]
UNKNOWN: Types = frozenset()
NUMBERS = frozenset({"int", "float", "bool"})
IMMUTABLE = NUMBERS | {"str", "bytes", "tuple", "NoneType", "complex", "frozenset"}
SIZED = frozenset({"list", "tuple", "dict", "set", "frozenset", "str", "bytes", "deque", "range"})
PLAIN = IMMUTABLE | SIZED
HASHABLE = NUMBERS | {"str", "bytes", "NoneType", "complex"}

_BUILTINS = {
    "len": "int", "int": "int", "ord": "int", "hash": "int", "str": "str", "repr": "str", "chr": "str", "bool": "bool",
    "float": "float", "isinstance": "bool", "issubclass": "bool", "callable": "bool", "hasattr": "bool", "any": "bool",
    "all": "bool", "list": "list", "sorted": "list", "tuple": "tuple", "set": "set", "frozenset": "frozenset",
    "dict": "dict", "range": "range",
}  # fmt: skip
_OF_STR = {
    "str": {
        "lower", "upper", "strip", "lstrip", "rstrip", "replace", "join", "title", "capitalize", "casefold", "swapcase",
        "zfill", "format", "removeprefix", "removesuffix", "ljust", "rjust", "center",
    },
    "list": {"split", "rsplit", "splitlines"},
    "bool": {"startswith", "endswith", "isdigit", "isalpha", "isalnum", "isspace", "isupper", "islower", "isnumeric"},
    "int": {"count", "find", "rfind", "index", "rindex"},
}  # fmt: skip
_METHODS = {name: kind for kind, names in _OF_STR.items() for name in names}
LITERAL_TYPES: dict[type[ast.expr], str] = {
    ast.JoinedStr: "str", ast.List: "list", ast.ListComp: "list", ast.Tuple: "tuple", ast.Set: "set",
    ast.SetComp: "set", ast.Dict: "dict", ast.DictComp: "dict",
}  # fmt: skip


def definite_types(node: ast.expr, ctx: UnitNames) -> Types:
    """Names of the types that the expression has; empty where that is not certain."""
    match node:
        case ast.Name(id=name):
            found = ctx.types_of(name)
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            found = ctx.types_of("self." + name)
        case ast.BinOp(left=left, op=op, right=right):
            found = _arithmetic(definite_types(left, ctx), op, definite_types(right, ctx))
        case ast.BoolOp(values=several):
            found = _any_of(several, ctx)
        case ast.IfExp(body=first, orelse=second):
            found = _any_of([first, second], ctx)
        case _:
            kind = _type_by_form(node, ctx)
            found = frozenset({kind}) if kind else UNKNOWN
    return found


def _type_by_form(node: ast.expr, ctx: UnitNames) -> str | None:
    """The one type that the expression has by its form."""
    match node:
        case ast.Constant(value=value):
            return type(value).__name__
        case ast.UnaryOp(op=ast.Not()):
            return "bool"
        case ast.Compare():
            return "bool" if _compares_plainly(node, ctx) else None
        case ast.Call(func=ast.Name(id=name)):
            return _BUILTINS.get(name) if ctx.is_builtin(name) else None
        case ast.Call(func=ast.Attribute(value=receiver, attr=name)):
            return _METHODS.get(name) if definite_types(receiver, ctx) == {"str"} else None
        case _:
            return LITERAL_TYPES.get(type(node))


def is_definitely(node: ast.expr, ctx: UnitNames, allowed: frozenset[str]) -> bool:
    """Whether the expression has one of the `allowed` types for certain."""
    found = definite_types(node, ctx)
    return bool(found) and found <= allowed


def is_boolean(node: ast.expr, ctx: UnitNames) -> bool:
    """Whether the expression is `True` or `False` for certain."""
    return definite_types(node, ctx) == {"bool"}


def _compares_plainly(node: ast.Compare, ctx: UnitNames) -> bool:
    """Whether the result is a truth value: no class of an operand defines the comparison itself."""
    if all(isinstance(op, ast.Is | ast.IsNot | ast.In | ast.NotIn) for op in node.ops):
        return True  # Python converts the result of these to a truth value.
    return all(is_definitely(operand, ctx, PLAIN) for operand in (node.left, *node.comparators))


def _any_of(several: Sequence[ast.expr], ctx: UnitNames) -> Types:
    found = [definite_types(node, ctx) for node in several]
    return frozenset().union(*found) if all(found) else UNKNOWN


def _arithmetic(left: Types, op: ast.operator, right: Types) -> Types:
    both = left | right
    if not left or not right:
        return UNKNOWN
    if both <= NUMBERS:
        if isinstance(op, ast.Pow):
            return UNKNOWN  # a power of integers may be an integer, a float, or complex
        return frozenset({"float"}) if isinstance(op, ast.Div) else both - {"bool"} or frozenset({"int"})
    same = len(both) == 1 and both <= {"str", "list", "tuple", "bytes"}
    return both if same and isinstance(op, ast.Add) else UNKNOWN
