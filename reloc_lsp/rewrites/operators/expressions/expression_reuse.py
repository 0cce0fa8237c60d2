"""Expressions of the unit reused in other places (the plastic surgery hypothesis), and operands added."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.rewrites.analysis.possible_types import possible_types
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.unit_expressions import Slot
from reloc_lsp.rewrites.unit_context import UnitContext

MAX_REUSED_LENGTH = 50
"""Longest expression that is reused, in characters. Chosen by hand."""
MAX_OPERANDS = 10
"""Most names and expressions that are added as an operand. Chosen by hand."""
MAX_FALLBACK_NAMES = 6
"""Most names in scope that follow an `or`. Chosen by hand."""
MAX_OPERAND_LENGTH = 24
"""Longest expression that is added as an operand, in characters. Chosen by hand."""
MAX_STRING_LENGTH = 12
"""Longest string of the unit that is added to a string, in characters with its quotes. Chosen by hand."""
MAX_COMMON_STRINGS = 40
"""How many of the file's commonest strings are searched for short ones. Chosen by hand."""
MAX_FALLBACK_STRINGS = 4
"""Most short strings of the file that follow an `or`. Chosen by hand."""
MAX_FALLBACK_STRING_LENGTH = 2
"""Longest string that follows an `or`, in characters. Chosen by hand."""
_SIMPLE = (
    ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.BinOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.ListComp,
    ast.Constant,
)  # fmt: skip
_WITH_NUMBER = {
    "{0} + {1}": 1.0, "{0} - {1}": 1.0, "{2} * {1}": 0.8, "{2} // {1}": 0.3, "{2} % {1}": 0.4, "{2} / {1}": 0.3,
    "max({0}, {1})": 0.5, "min({0}, {1})": 0.5,
}  # fmt: skip


def reuse_expression(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace an expression by another one of the unit that may have the same type."""
    stock: dict[str, Slot] = {}
    for slot in ctx.loads(*_SIMPLE):
        text = ctx.inline(slot.node)
        if (
            slot.field not in ("func", "annotation")
            and len(text) <= MAX_REUSED_LENGTH
            and not isinstance(slot.parent, ast.JoinedStr)
        ):
            stock.setdefault(text, slot)
    for slot in ctx.loads(*_SIMPLE):
        if slot.field in ("func", "annotation") or isinstance(slot.parent, ast.JoinedStr | ast.Attribute):
            continue
        own = ctx.inline(slot.node)
        types = possible_types(slot.node, ctx)
        known = set(ctx.bound_before(slot.node)) | _bound_inside(slot)
        for text, other in stock.items():
            plain = isinstance(slot.node, ast.Name | ast.Constant) and isinstance(other.node, ast.Name | ast.Constant)
            if text == own or plain:
                continue
            required = {n.id for n in ast.walk(other.node) if isinstance(n, ast.Name) and n.id in ctx.locals}
            if required <= known:
                other_types = possible_types(other.node, ctx)
                fits = not types or not other_types or bool(types & other_types)
                yield ctx.replace(slot, text, "ingredient", weight=1.0 if fits else 0.2)


def add_operand(ctx: UnitContext) -> Iterator[Rewrite]:
    """Add an operand to an expression: `e + x`, `e - x`, `e * x`, `e or x`, and the like (AOI)."""
    for slot in ctx.loads(
        ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.BinOp, ast.Constant, ast.List, ast.ListComp
    ):
        if slot.field in ("func", "annotation", "test") or isinstance(
            slot.parent, ast.Attribute | ast.JoinedStr | ast.keyword
        ):
            continue
        text = ctx.src(slot.node)
        for longer, weight in _with_operand(ctx, slot, text):
            yield ctx.replace(slot, longer, "extension", weight=weight)
        if slot.field in ("value", "args") and not isinstance(slot.node, ast.Constant):
            types = possible_types(slot.node, ctx)
            strings = _short_strings(ctx) if not types or "str" in types else ()
            for other in ("[]", "''", "0", "None", "{}", *ctx.bound_before(slot.node)[:MAX_FALLBACK_NAMES], *strings):
                if other != text:
                    yield ctx.replace(slot, f"{text} or {other}", "fallback", weight=0.4)


def _with_operand(ctx: UnitContext, slot: Slot, text: str) -> Iterator[tuple[str, float]]:
    """The expression with another operand that its type allows."""
    types = possible_types(slot.node, ctx)
    atom = f"({text})" if isinstance(slot.node, ast.BinOp) else text
    for other in [*ctx.bound_before(slot.node), *_used_here(ctx, slot)][:MAX_OPERANDS]:
        other_types = ctx.types_of(other)
        if other == text:
            continue
        if types & {"int", "float"} and (not other_types or other_types & {"int", "float"}):
            for pattern, weight in _WITH_NUMBER.items():
                yield pattern.format(text, other, atom), weight
        elif types & other_types & {"str", "list", "tuple"}:
            yield f"{text} + {other}", 1.0
            yield f"{other} + {text}", 0.8
        elif types & {"list"} and slot.field in ("value", "left", "right"):
            yield f"{text} + [{other}]", 0.6
            yield f"[{other}] + {text}", 0.4
    for other in _strings(ctx) if types & {"str"} else ():
        yield f"{text} + {other}", 0.5
        yield f"{other} + {text}", 0.5


def _used_here(ctx: UnitContext, slot: Slot) -> list[str]:
    """Short subscripts, attributes and calls of the unit."""
    found = [
        ctx.inline(s.node)
        for s in ctx.loads(ast.Subscript, ast.Attribute, ast.Call)
        if s.field != "func" and s.node is not slot.node
    ]
    return [text for text in dict.fromkeys(found) if len(text) <= MAX_OPERAND_LENGTH]


def _strings(ctx: UnitContext) -> list[str]:
    found = [
        ctx.inline(s.node)
        for s in ctx.loads(ast.Constant)
        if isinstance(s.node, ast.Constant) and isinstance(s.node.value, str)
    ]
    return list(dict.fromkeys(text for text in found if len(text) <= MAX_STRING_LENGTH))


def _short_strings(ctx: UnitContext) -> list[str]:
    """The commonest short strings of the file that are not empty."""
    common = (text for text, _ in ctx.module.strings.most_common(MAX_COMMON_STRINGS))
    return [repr(text) for text in common if 0 < len(text) <= MAX_FALLBACK_STRING_LENGTH][:MAX_FALLBACK_STRINGS]


def _bound_inside(slot: Slot) -> set[str]:
    """Names bound by comprehensions and lambdas around the slot."""
    bound: set[str] = set()
    outer = slot.outer
    while outer is not None:
        node = outer.node
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            bound |= {n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
        elif isinstance(node, ast.Lambda):
            bound |= {a.arg for a in node.args.args}
        outer = outer.outer
    return bound
