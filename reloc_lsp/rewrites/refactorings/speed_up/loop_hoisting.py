"""Loop-invariant code motion: calls with the same result in every iteration are made once."""

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
_STR_SUFFIXES = {
    "lower": "lower", "upper": "upper", "strip": "stripped", "split": "words", "casefold": "folded",
    "splitlines": "lines",
}  # fmt: skip
_BUILTIN_SUFFIXES = {
    "sorted": "sorted",
    "set": "set",
    "frozenset": "set",
    "list": "list",
    "tuple": "tuple",
    "sum": "sum",
}
_MUTABLE_RESULTS = {"sorted", "set", "list", "split", "splitlines"}
_ONLY_READING = {"len", "sum", "any", "all", "min", "max", "enumerate", "sorted", "set", "tuple", "zip"}
_ORDERED = ({"int"}, {"str"}, {"float", "int"}, {"int", "bool"})


def hoist_call(ctx: UnitContext) -> Iterator[Rewrite]:
    """Move a call that cannot fail, with an invariant argument, before the loop.

    A mutable result may only be read in the loop, because the iterations share it.
    """
    for slot in ctx.loads(ast.Call):
        call = _hoistable(ctx, slot)
        if call is None:
            continue
        argument, suffix, mutable = call
        if mutable and not _only_read(slot):
            continue
        for loop in enclosing_loops(ctx, slot.node):
            result = unused_name(ctx, f"{argument}_{suffix}")
            first = insert_before(ctx, loop.node, [f"{result} = {ctx.inline(slot.node)}"])
            if result and first and is_bound_before(ctx, argument, loop) and is_invariant(ctx, argument, loop.node):
                description = f"`{abbreviated(ctx.inline(slot.node))}` is computed once, before the loop"
                yield Rewrite((first, ctx.edit(slot, result)), "hoisted", description, ctx.line(slot.node))


def _hoistable(ctx: UnitContext, slot: Slot) -> tuple[str, str, bool] | None:
    """The argument's name, a suffix for the result's name, and whether the result is mutable; `None` if it may fail."""
    match slot.node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name) as text, attr=method), args=[], keywords=[]):
            sure = method in _STR_SUFFIXES and is_definitely(text, ctx, _STR)
            return (name, _STR_SUFFIXES[method], method in _MUTABLE_RESULTS) if sure else None
        case ast.Call(func=ast.Name(id=called), args=[ast.Name(id=name) as holder], keywords=[]):
            if called not in _BUILTIN_SUFFIXES or not ctx.is_builtin(called) or not is_definitely(holder, ctx, _LISTS):
                return None
            types = ctx.types_of("*" + name)
            fails = {
                "sorted": types not in _ORDERED, "sum": not types or not types <= {"int", "float", "bool"},
                "set": not items_are_hashable(ctx, name), "frozenset": not items_are_hashable(ctx, name),
            }  # fmt: skip
            return None if fails.get(called, False) else (name, _BUILTIN_SUFFIXES[called], called in _MUTABLE_RESULTS)
        case _:
            return None


def _only_read(slot: Slot) -> bool:
    """Whether the value is only read in its position, and nothing keeps it."""
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
