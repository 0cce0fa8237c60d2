"""The operands of synthesized code: names, attributes, items and results of calls that are available at a statement."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from reloc_lsp.rewrites.analysis.possible_types import possible_types
from reloc_lsp.rewrites.unit_context import UnitContext

MAX_OPERAND_LENGTH = 30
"""Longest text of an expression that serves as an operand, in characters. Chosen by hand."""
MAX_PARTS = 12
"""Most operands that are made from items of dicts and parts of dates. Chosen by hand."""
_PARTS = {
    "date": {"weekday()": "int", "day": "int", "month": "int", "year": "int"},
    "datetime": {"weekday()": "int", "hour": "int", "minute": "int", "day": "int", "month": "int", "date()": "date"},
    "timedelta": {"days": "int", "total_seconds()": "float"},
    "PosixPath": {"suffix": "str", "name": "str"},
}
"""By type, its attributes and methods that serve as operands, each with the type of its value."""
_NEARNESS = ((4, 1.0), (12, 0.7), (10**9, 0.4))
"""Pairs of a distance in lines and the weight of operands up to that distance. Chosen by hand."""
_COMMON_WORDS = {"not", "in", "is", "and", "or", "None", "self", "len", "isinstance", "str", "int", "list", "dict"}


def operands(ctx: UnitContext, node: ast.AST) -> dict[str, frozenset[str]]:
    """The operands at `node`, each with its possible types: names bound before it, and attributes, subscripts and pure
    calls that the unit reads."""
    found = {name: ctx.types_of(name) for name in (*ctx.bound_before(node), *ctx.self_attributes)}
    bound = set(found) | {"self", "cls"}
    for slot in ctx.loads(ast.Attribute, ast.Subscript, ast.Call):
        inner = slot.node
        sliced = isinstance(inner, ast.Subscript) and isinstance(inner.slice, ast.Slice)
        if slot.field == "func" or sliced or not ctx.is_pure(inner):
            continue
        names = {n.id for n in ast.walk(inner) if isinstance(n, ast.Name) and n.id in ctx.locals}
        text = ctx.inline(inner)
        if names <= bound and len(text) <= MAX_OPERAND_LENGTH:
            found.setdefault(text, possible_types(inner, ctx))
    for text in _stored(ctx, node):
        found.setdefault(text, frozenset())
    for text, types in _parts(ctx, found):
        found.setdefault(text, types)
    return found


def _parts(ctx: UnitContext, known: Mapping[str, frozenset[str]]) -> list[tuple[str, frozenset[str]]]:
    """Items of dicts whose keys occur in the file or the docstring, and parts of dates, durations and paths."""
    mentioned = {*map(repr, ctx.module.strings), *ctx.module.docstring_constants}
    found = [
        (f"{name}.get({key})", types)
        for name in known
        if "dict" in known[name]
        for key, types in ctx.dict_items(name).items()
        if key in mentioned and f"{name}[{key}]" not in known
    ]
    for name, types in known.items():
        if name.isidentifier():
            parts = {part: kind for of in sorted(types & _PARTS.keys()) for part, kind in _PARTS[of].items()}
            found += [(f"{name}.{part}", frozenset([kind])) for part, kind in parts.items()]
    return found[:MAX_PARTS]


def _stored(ctx: UnitContext, node: ast.AST) -> Iterator[str]:
    """Attributes and elements that the unit assigns before `node`."""
    for slot in ctx.slots:
        inner = slot.node
        if isinstance(inner, ast.Attribute | ast.Subscript) and isinstance(inner.ctx, ast.Store):
            text = ctx.inline(inner)
            before = ctx.line(slot.statement) < ctx.line(node)
            if before and ctx.is_pure(inner) and len(text) <= MAX_OPERAND_LENGTH:
                yield text


def nearness(ctx: UnitContext, node: ast.AST, text: str) -> float:
    """The weight of an operand at `node`: less, the farther away its names occur."""
    lines = [abs(at - ctx.line(node)) for name in names_in_text(text) for at in ctx.lines_of_names.get(name, ())]
    distance = min(lines, default=0)
    return next(weight for farthest, weight in _NEARNESS if distance <= farthest)


def names_in_text(text: str) -> set[str]:
    """The names in the text of an expression or statement, without keywords and a few builtins."""
    return set(re.findall(r"[A-Za-z_][\w.]*", text)) - _COMMON_WORDS
