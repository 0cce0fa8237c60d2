"""Missing calls: an expression is wrapped in a call, followed by a method, or gets an operator."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from reloc_lsp.rewrites.analysis.possible_types import possible_types
from reloc_lsp.rewrites.operators.expressions.operator_replacement import is_condition
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.unit_expressions import Slot
from reloc_lsp.rewrites.unit_context import UnitContext

_FOR_ANY_TYPE = {
    "len": 0.5,
    "str": 0.5,
    "int": 0.5,
    "list": 0.4,
    "sorted": 0.3,
    "set": 0.3,
    "abs": 0.4,
    "bool": 0.15,
    "tuple": 0.3,
    "float": 0.3,
}
_FOR_EACH_ELEMENT = {
    "map(str, {})": 0.4,
    "map(int, {})": 0.35,
    "list(map(int, {}))": 0.1,
    "list(map(str, {}))": 0.1,
    "map(len, {})": 0.05,
}
"""Calls of one function for each element, with their weights."""
_BY_TYPE: dict[str, dict[str, float]] = {
    "int": {"abs({})": 1.0, "str({})": 0.8, "float({})": 0.4, "range({})": 0.4, "bool({})": 0.2, "max({}, 0)": 0.7,
            "min({}, 1)": 0.1, "max({}, 1)": 0.4, "-{}": 0.5, "chr({})": 0.2, "{} // 2": 0.25, "{} * 2": 0.25,
            "{} % 2": 0.2, "[{}]": 0.2, "{} ** 2": 0.15},
    "float": {"round({})": 0.8, "int({})": 0.8, "abs({})": 0.9, "str({})": 0.4, "max({}, 0)": 0.5, "round({}, 2)": 0.7,
              "-{}": 0.4, "max({}, 0.0)": 0.4},
    "str": {"{}.lower()": 1.0, "{}.strip()": 1.0, "{}.upper()": 0.8, "int({})": 0.8, "len({})": 0.6, "{}[::-1]": 0.6,
            "{}.split()": 0.6, "{}.rstrip()": 0.5, "{}.lstrip()": 0.5, "{}.title()": 0.25, "{}.capitalize()": 0.35,
            "float({})": 0.5, "list({})": 0.4, "repr({})": 0.3, "{}[1:]": 0.6, "{}[:-1]": 0.6, "{}[2:]": 0.35,
            "{}[0]": 0.35, "{}[-1]": 0.3, "{}.casefold()": 0.4, "ord({})": 0.25, "sorted({})": 0.3, "{}.isdigit()": 0.2,
            "{}.encode()": 0.2, "set({})": 0.3, "{}[:1]": 0.15, "{}.rstrip('\\n')": 0.15, "{}.replace(' ', '')": 0.3,
            "{}.swapcase()": 0.1, "{}.split(',')": 0.1},
    "list": {"sorted({})": 1.0, "list({})": 0.8, "len({})": 0.7, "set({})": 0.6, "tuple({})": 0.6, "{}[::-1]": 0.6,
             "{}[1:]": 0.7, "{}[:-1]": 0.7, "sum({})": 0.4, "max({})": 0.3, "min({})": 0.3, "{}[0]": 0.4, "{}[-1]": 0.4,
             "{}.copy()": 0.5, "reversed({})": 0.4, "''.join({})": 0.3, "' '.join({})": 0.2, "enumerate({})": 0.3,
             "list(dict.fromkeys({}))": 0.25, "list(set({}))": 0.2, "sorted(set({}))": 0.25, "[{}]": 0.3, "{}[:]": 0.3,
             "sorted({}, reverse=True)": 0.3},
    "tuple": {"list({})": 0.8, "sorted({})": 0.7, "len({})": 0.5, "{}[0]": 0.6, "{}[1]": 0.6, "{}[-1]": 0.4,
              "{}[::-1]": 0.5, "set({})": 0.3, "tuple(sorted({}))": 0.4, "{}[1:]": 0.4, "{}[:-1]": 0.4},
    "set": {"sorted({})": 1.0, "list({})": 1.0, "len({})": 0.8, "frozenset({})": 0.3, "{}.copy()": 0.5, "set({})": 0.3,
            "tuple({})": 0.3},
    "frozenset": {"sorted({})": 0.8, "set({})": 0.6, "list({})": 0.6},
    "dict": {"{}.items()": 1.0, "{}.values()": 0.9, "{}.keys()": 0.6, "list({})": 0.6, "dict({})": 0.6,
             "{}.copy()": 0.7, "len({})": 0.5, "sorted({})": 0.6, "sorted({}.items())": 0.4, "set({})": 0.3},
    "bool": {"not {}": 0.6, "int({})": 0.3},
    "range": {"list({})": 0.8, "reversed({})": 0.8, "enumerate({})": 0.3},
    "dict_keys": {"list({})": 0.8, "sorted({})": 0.9, "set({})": 0.3},
    "dict_items": {"list({})": 0.8, "sorted({})": 0.9},
    "dict_values": {"list({})": 0.8, "sorted({})": 0.9, "set({})": 0.3},
    "generator": {"list({})": 0.8, "sorted({})": 0.6, "tuple({})": 0.6, "set({})": 0.4},
    "bytes": {"{}.decode()": 0.8, "len({})": 0.4},
}  # fmt: skip
_COPIES = {"{}[:]", "{}.copy()", "list({})", "dict({})", "set({})"}


def wrap_expression(ctx: UnitContext) -> Iterator[Rewrite]:
    """Wrap an expression in a call, method or operator that its types allow (template: missing conversion)."""
    for slot in ctx.loads(
        ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.BinOp, ast.ListComp, ast.IfExp, ast.GeneratorExp
    ):
        node = slot.node
        if slot.field in ("func", "annotation") or isinstance(slot.parent, ast.Starred):
            continue
        text = ctx.src(node)
        generator = isinstance(node, ast.GeneratorExp) and text.startswith("(")
        simple = isinstance(node, ast.Name | ast.Call | ast.Attribute | ast.Subscript | ast.ListComp)
        atom = text if simple else f"({text})"
        for pattern, weight in _patterns(ctx, slot).items():
            inner = text if pattern.startswith(("{}", "-", "not")) is False else atom
            if generator and pattern.endswith("({})"):
                inner = text[1:-1]
            rewrite = ctx.replace(slot, pattern.format(inner), "wrapping", weight=weight)
            if pattern in _COPIES:
                # A copy equals its original: run-time values cannot show whether it matters.
                kept = isinstance(slot.parent, ast.Call | ast.Return) and isinstance(node, ast.Name | ast.Attribute)
                rewrite = replace(rewrite, effect=None, weight=max(weight, 0.7) * 2 if kept else weight)
            yield rewrite


def _patterns(ctx: UnitContext, slot: Slot) -> dict[str, float]:
    types = possible_types(slot.node, ctx)
    patterns: dict[str, float] = {}
    for kind in sorted(types):
        patterns |= _BY_TYPE.get(kind, {})
    if not types:
        patterns = {f"{name}({{}})": weight * 0.6 for name, weight in _FOR_ANY_TYPE.items()}
        patterns |= {
            "{}.lower()": 0.4,
            "{}.strip()": 0.4,
            "{}[1:]": 0.3,
            "{}[:-1]": 0.3,
            "{}[::-1]": 0.3,
            "{}.items()": 0.2,
            "{}.copy()": 0.2,
        }
    for name, count in _used_calls(ctx).items():
        patterns.setdefault(name + "({})", min(0.9, 0.4 + 0.1 * count))
    if is_condition(slot):
        patterns = {p: w for p, w in patterns.items() if w > 0.5 or p.startswith("not") or p == "{} % 2"}
    if not types or types & {"list", "tuple", "set", "generator", "dict_keys", "dict_values", "range"}:
        patterns |= _FOR_EACH_ELEMENT
    return patterns


def _used_calls(ctx: UnitContext) -> dict[str, int]:
    """How often the unit calls each function with one argument, itself included."""
    counts: dict[str, int] = {}
    for slot in ctx.loads(ast.Call):
        node = slot.node
        assert isinstance(node, ast.Call)
        if len(node.args) == 1 and not node.keywords and isinstance(node.func, ast.Name):
            counts[node.func.id] = counts.get(node.func.id, 0) + 1
    return counts
