"""The same again and again in a loop."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.rewrites.analysis.definite_types import is_definitely
from reloc_lsp.rewrites.analysis.loop_invariants import (
    enclosing_loops,
    is_bound_before,
    is_invariant,
    items_are_hashable,
    unused_name,
)
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.statement_edits import insert_before
from reloc_lsp.rewrites.source.unit_expressions import Slot
from reloc_lsp.rewrites.source.unit_source import abbreviated
from reloc_lsp.rewrites.unit_context import UnitContext

_LISTS = frozenset({"list", "tuple"})
_STR = frozenset({"str"})
_OF_STR = {
    "lower": "lower", "upper": "upper", "strip": "stripped", "split": "words", "casefold": "folded",
    "splitlines": "lines",
}  # fmt: skip
_MADE = {"sorted": "sorted", "set": "set", "frozenset": "set", "list": "list", "tuple": "tuple", "sum": "sum"}
_CHANGEABLE = {"sorted", "set", "list", "split", "splitlines"}
_ONLY_READING = {"len", "sum", "any", "all", "min", "max", "enumerate", "sorted", "set", "tuple", "zip"}
_ORDERED = ({"int"}, {"str"}, {"float", "int"}, {"int", "bool"})


def hoist_call(ctx: UnitContext) -> Iterator[Rewrite]:
    """A call that cannot fail, of something that stays as it is, is made once before the loop.

    What it makes may only be read in the loop, or sharing it would be noticed.
    """
    for slot in ctx.loads(ast.Call):
        made = _made(ctx, slot)
        if made is None:
            continue
        of, what, changeable = made
        if changeable and not _only_read(slot):
            continue
        for loop in enclosing_loops(ctx, slot.node):
            wanted = unused_name(ctx, f"{of}_{what}")
            first = insert_before(ctx, loop.node, [f"{wanted} = {ctx.inline(slot.node)}"])
            if wanted and first and is_bound_before(ctx, of, loop) and is_invariant(ctx, of, loop.node):
                said = f"`{abbreviated(ctx.inline(slot.node))}` is computed once, before the loop"
                yield Rewrite((first, ctx.edit(slot, wanted)), "hoisted", said, ctx.line(slot.node))


def _made(ctx: UnitContext, slot: Slot) -> tuple[str, str, bool] | None:
    """Of what a call makes what, and whether that can be changed; `None` where it might fail."""
    match slot.node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name) as text, attr=method), args=[], keywords=[]):
            sure = method in _OF_STR and is_definitely(text, ctx, _STR)
            return (name, _OF_STR[method], method in _CHANGEABLE) if sure else None
        case ast.Call(func=ast.Name(id=called), args=[ast.Name(id=name) as holder], keywords=[]):
            if called not in _MADE or not ctx.is_builtin(called) or not is_definitely(holder, ctx, _LISTS):
                return None
            kinds = ctx.types_of("*" + name)
            fails = {
                "sorted": kinds not in _ORDERED, "sum": not kinds or not kinds <= {"int", "float", "bool"},
                "set": not items_are_hashable(ctx, name), "frozenset": not items_are_hashable(ctx, name),
            }  # fmt: skip
            return None if fails.get(called, False) else (name, _MADE[called], called in _CHANGEABLE)
        case _:
            return None


def _only_read(slot: Slot) -> bool:
    """Whether the value is looked at where it stands, and no more."""
    match slot.parent:
        case ast.Compare(ops=[ast.In() | ast.NotIn()]):
            return slot.field == "comparators"
        case ast.For() | ast.comprehension():
            return slot.field == "iter"
        case ast.Subscript(slice=index):
            return slot.field == "value" and not isinstance(index, ast.Slice)
        case ast.Call(func=ast.Name(id=name)):
            return slot.field == "args" and name in _ONLY_READING
        case _:
            return False
