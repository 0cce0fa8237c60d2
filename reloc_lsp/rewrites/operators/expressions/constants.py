"""Constants: replaced by similar ones, off by one, and `None` where a value is missing."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from reloc_lsp.rewrites.analysis.possible_types import possible_types
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.unit_expressions import Slot
from reloc_lsp.rewrites.unit_context import UnitContext

MAX_REUSED_LENGTH = 40
"""Longest expression of the unit that replaces `None`, in characters. Chosen by hand."""
MAX_FILE_STRINGS = 30
"""How many of the file's commonest strings replace a string. Chosen by hand."""


def replace_constant(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace a constant by a similar one, or by one of the unit, its docstring or file (CRP, constant replacement)."""
    used = _constants_of(ctx)
    for slot in ctx.loads(ast.Constant):
        node = slot.node
        assert isinstance(node, ast.Constant)
        bare = isinstance(slot.statement, ast.Expr) and slot.parent is slot.statement
        if bare or isinstance(slot.parent, ast.JoinedStr | ast.FormattedValue):
            continue
        target, text = slot, ctx.inline(node)
        if isinstance(slot.parent, ast.UnaryOp) and isinstance(slot.parent.op, ast.USub) and slot.outer:
            target, text = slot.outer, "-" + text
        similar = dict(_similar_values(node.value, text, used, ctx.module.strings))
        documented = {
            value: 0.9 for value in ctx.module.docstring_constants if type(ast.literal_eval(value)) is type(node.value)
        }
        for value, weight in {**similar, **documented}.items():
            receiver = isinstance(target.parent, ast.Attribute)
            if value != text and (value[0] in "'\"" or not receiver):
                yield ctx.replace(target, value, "constant", weight=weight)


def replace_none(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace `None` by a name in scope, or by an expression of the unit."""
    stock = {
        ctx.inline(slot.node): {n.id for n in ast.walk(slot.node) if isinstance(n, ast.Name) and n.id in ctx.locals}
        for slot in ctx.loads(ast.Attribute, ast.Subscript, ast.Call, ast.BinOp)
        if slot.field != "func"
    }
    for slot in ctx.loads(ast.Constant):
        if not isinstance(slot.node, ast.Constant) or slot.node.value is not None:
            continue
        if isinstance(slot.parent, ast.Compare) or slot.field == "annotation":
            continue
        known = [*ctx.bound_before(slot.node), *ctx.positional_parameters[:1]]
        for name in dict.fromkeys(known):
            yield ctx.replace(slot, name, "missing value", weight=1.0)
        for text, required in stock.items():
            if required <= set(known) and len(text) <= MAX_REUSED_LENGTH:
                yield ctx.replace(slot, text, "missing value", weight=0.4)


def off_by_one(ctx: UnitContext) -> Iterator[Rewrite]:
    """Add 1 to an expression that may be an integer, or subtract 1 (UOI, unary operator insertion)."""
    for slot in ctx.loads(ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.BinOp):
        if not _counts(ctx, slot):
            continue
        text = ctx.src(slot.node)
        node = slot.node
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub) and _is_one(node.right):
            yield ctx.replace(slot, ctx.movable_src(node.left), "off by one")
            continue
        weight = (
            1.0 if isinstance(slot.parent, ast.Slice | ast.Compare | ast.Subscript | ast.Call | ast.Return) else 0.6
        )
        for sign in ("+", "-"):
            inner = text if not isinstance(node, ast.IfExp | ast.BoolOp | ast.Compare) else f"({text})"
            yield ctx.replace(slot, f"{inner} {sign} 1", "off by one", weight=weight)


def _counts(ctx: UnitContext, slot: Slot) -> bool:
    """Whether the expression may be an integer: by its possible types, or if none are known by its position."""
    if isinstance(slot.parent, ast.Attribute) or slot.field in ("func", "annotation"):
        return False
    types = possible_types(slot.node, ctx)
    if types:
        return "int" in types
    return (
        isinstance(slot.parent, ast.Slice | ast.BinOp | ast.Compare | ast.Return | ast.Subscript)
        and slot.field != "value"
    )


def _is_one(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1 and type(node.value) is int


def _constants_of(ctx: UnitContext) -> Counter[str]:
    return Counter(
        ctx.inline(slot.node) for slot in ctx.loads(ast.Constant) if not isinstance(slot.parent, ast.JoinedStr)
    )


def _similar_values(value: object, text: str, used: Counter[str], strings: Counter[str]) -> Iterator[tuple[str, float]]:
    if isinstance(value, bool):
        yield str(not value), 1.5
        yield "None", 0.3
    elif isinstance(value, int):
        number = -value if text.startswith("-") else value
        similar = {number + 1: 1.2, number - 1: 1.2, 0: 0.9, 1: 0.9, -1: 0.6, -number: 0.8, 2: 0.6, number * 2: 0.3,
                number * 10: 0.4, number // 10: 0.4, number // 2: 0.3, number + 2: 0.3}  # fmt: skip
        for other in used:
            if other.isdigit():
                similar.setdefault(int(other), 0.7)
        for other_number, weight in similar.items():
            if other_number != number:
                yield str(other_number), weight
        yield from (
            ("None", 0.3),
            ("True", 0.2),
            ("''", 0.1),
            ("float('inf')", 0.15),
            ("float('-inf')", 0.15),
            ("[]", 0.1),
        )
    elif isinstance(value, float):
        for other_float in (
            value * 10,
            value / 10,
            value + 1,
            value - 1,
            -value,
            0.0,
            1.0,
            value * 2,
            value / 2,
        ):
            yield repr(other_float), 0.5
        yield repr(int(value)) if value == int(value) else "0", 0.3
    elif isinstance(value, str):
        yield from _near_text(value, used, strings)
    elif value is None:
        yield from (
            ("False", 0.6),
            ("True", 0.5),
            ("0", 0.6),
            ("[]", 0.6),
            ("''", 0.6),
            ("{}", 0.4),
            ("()", 0.2),
            ("-1", 0.3),
            ("1", 0.3),
        )


def _near_text(value: str, used: Counter[str], strings: Counter[str]) -> Iterator[tuple[str, float]]:
    tried = {"": 0.7, " ": 0.6, value.lower(): 0.5, value.upper(): 0.5, value.strip(): 0.6, value + " ": 0.4,
             " " + value: 0.4, value.title(): 0.2, value.rstrip("s"): 0.2, value + "s": 0.2, value[::-1]: 0.3,
             ",": 0.15, ", ": 0.2, "\n": 0.25, "_": 0.2, "-": 0.25, ".": 0.2, ":": 0.15, "0": 0.25, "1": 0.2, "/": 0.1,
             "+": 0.1, "\t": 0.1, value * 2: 0.2, value[1:]: 0.2, value[:-1]: 0.2}  # fmt: skip
    for other in used:
        if other[:1] in "'\"" and isinstance(parsed := ast.literal_eval(other), str):
            tried.setdefault(parsed, 0.8)
    for other, _ in strings.most_common(MAX_FILE_STRINGS):
        tried.setdefault(other, 0.25)
    for other, weight in tried.items():
        if other != value:
            yield repr(other), weight
    yield from (("None", 0.3), ("0", 0.1))
