"""Purity: which expressions can be evaluated without side effects, as far as their names show."""

from __future__ import annotations

import ast
import re

_PURE_FUNCTIONS = {
    "len", "min", "max", "abs", "sum", "sorted", "str", "int", "float", "list", "tuple", "set", "frozenset", "dict",
    "range", "any", "all", "round", "isinstance", "issubclass", "ord", "chr", "bool", "type", "repr", "divmod", "pow",
    "bin", "hex", "oct", "hasattr", "callable", "complex", "bytes", "format", "floor", "ceil", "sqrt", "gcd",
    "enumerate", "zip", "reversed",
}  # fmt: skip
_PURE_METHODS = {
    name for kind in (str, bytes, int, float, frozenset, tuple) for name in dir(kind) if not name.startswith("_")
} | {"get", "keys", "values", "items", "index", "count", "copy", "isnan", "isinf", "floor", "ceil", "sqrt", "gcd",
     "log", "exp", "sin", "cos", "tan", "hypot", "trunc", "group", "total_seconds", "date", "weekday",
     "isoformat"}  # fmt: skip
_BEFORE_PARENTHESES = _PURE_FUNCTIONS | _PURE_METHODS | {
    "and", "or", "not", "in", "is", "if", "else", "for",
}  # fmt: skip
_IMPURE_WORDS = re.compile(r"\b(?:await|yield|lambda)\b|:=")
PREDICATE_NAME = re.compile(r"_*(?:is|has)_?[a-z]\w*$")
"""A function of such a name only answers a question."""
_IMPURE = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Lambda)


def is_pure(node: ast.AST) -> bool:
    """Whether evaluating `node` has no side effect, as far as names show."""
    for inner in ast.walk(node):
        if isinstance(inner, _IMPURE):
            return False
        if isinstance(inner, ast.Call):
            function = inner.func
            if isinstance(function, ast.Name) and (function.id in _PURE_FUNCTIONS or PREDICATE_NAME.match(function.id)):
                continue
            if isinstance(function, ast.Attribute) and (
                function.attr in _PURE_METHODS or PREDICATE_NAME.match(function.attr)
            ):
                continue
            return False
    return True


def is_pure_text(text: str) -> bool:
    """The same for an expression's text, without parsing: it is called for thousands of texts."""
    called = re.findall(r"(\w+)\s*\(", text)
    unknown = set(called) - _BEFORE_PARENTHESES
    return all(PREDICATE_NAME.match(name) for name in unknown) and not _IMPURE_WORDS.search(text)
