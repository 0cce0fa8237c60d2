"""Possible types: those that an expression may have, guessed from its form and the observed types of its names.

Operators use them to prefer rewrites that fit. A wrong guess costs time only, unlike in `definite_types`.
"""

from __future__ import annotations

import ast

from reloc_lsp.rewrites.analysis.definite_types import LITERAL_TYPES
from reloc_lsp.rewrites.source.bindings import UnitNames

_RESULTS = {
    "len": "int", "int": "int", "ord": "int", "hash": "int", "str": "str", "repr": "str", "chr": "str",
    "float": "float", "bool": "bool", "isinstance": "bool", "any": "bool", "all": "bool", "list": "list",
    "sorted": "list", "tuple": "tuple", "set": "set", "dict": "dict", "range": "range", "hasattr": "bool",
    "callable": "bool", "input": "str", "lower": "str", "upper": "str", "strip": "str", "lstrip": "str",
    "rstrip": "str", "replace": "str", "join": "str", "title": "str", "capitalize": "str", "format": "str",
    "split": "list", "splitlines": "list", "rsplit": "list", "count": "int", "find": "int", "rfind": "int",
    "index": "int", "startswith": "bool", "endswith": "bool", "isdigit": "bool", "isalpha": "bool", "isalnum": "bool",
    "isspace": "bool", "isupper": "bool", "islower": "bool", "floor": "int", "ceil": "int", "sqrt": "float",
}  # fmt: skip
_TYPES: dict[str, type] = {
    kind.__name__: kind for kind in (str, list, dict, set, frozenset, tuple, bytes, bytearray, int, float)
}
_FORMS: dict[type[ast.expr], str] = {
    **LITERAL_TYPES, ast.Compare: "bool", ast.GeneratorExp: "generator", ast.Lambda: "function",
}  # fmt: skip


def possible_types(node: ast.expr, ctx: UnitNames) -> frozenset[str]:
    """Names of the types that the expression may have; empty where nothing is known."""
    match node:
        case ast.Name(id=name):
            return ctx.types_of(name)
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return ctx.types_of("self." + name)
        case ast.BinOp(left=left, op=op, right=right):
            return _arithmetic(possible_types(left, ctx), op, possible_types(right, ctx))
        case ast.Subscript(value=value) if isinstance(node.slice, ast.Slice) or possible_types(value, ctx) == {"str"}:
            return possible_types(value, ctx)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Invert(), operand=same) | ast.IfExp(body=same):
            return possible_types(same, ctx)
        case _:
            kind = _type_by_form(node)
            return frozenset([kind] if kind else [])


def _type_by_form(node: ast.expr) -> str | None:
    match node:
        case ast.Constant(value=value):
            return type(value).__name__
        case ast.UnaryOp(op=ast.Not()):
            return "bool"
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return _RESULTS.get(name)
        case _:
            return _FORMS.get(type(node))


def _arithmetic(left: frozenset[str], op: ast.operator, right: frozenset[str]) -> frozenset[str]:
    if isinstance(op, ast.Div):
        return frozenset(["float"]) if left <= {"int", "float"} else frozenset()
    if "float" in left | right:
        return frozenset(["float"])
    return left or right


def possible_methods(node: ast.expr, ctx: UnitNames) -> list[str]:
    """Public methods of the builtin types that the expression may have."""
    found = [_TYPES[kind] for kind in sorted(possible_types(node, ctx)) if kind in _TYPES]
    return list(dict.fromkeys(name for kind in found for name in dir(kind) if not name.startswith("_")))
