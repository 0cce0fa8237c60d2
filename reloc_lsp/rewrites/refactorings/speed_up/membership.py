"""Membership tests: a set answers in constant time, a list in linear time."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.analysis.comprehension_shape import loop_shape
from reloc_lsp.rewrites.analysis.definite_types import is_definitely
from reloc_lsp.rewrites.analysis.loop_invariants import (
    enclosing_loops,
    is_bound_before,
    is_hashable,
    is_invariant,
    items_are_hashable,
    unused_name,
)
from reloc_lsp.rewrites.analysis.name_usage import bound_name, count_name, is_plain_local, same_code
from reloc_lsp.rewrites.refactorings.simplify.comprehensions import bound_to_empty, empty_before, set_at
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.statement_edits import insert_before
from reloc_lsp.rewrites.source.unit_expressions import Slot
from reloc_lsp.rewrites.unit_context import UnitContext

_LISTS = frozenset({"list", "tuple"})
_IN = (ast.In, ast.NotIn)


def literal_to_set(ctx: UnitContext) -> Iterator[Rewrite]:
    """`x in [1, 2, 3]` becomes `x in {1, 2, 3}`, which Python makes once (PLR6201)."""
    for slot in ctx.loads(ast.List, ast.Tuple):
        node, parent = slot.node, slot.parent
        if not (isinstance(parent, ast.Compare) and len(parent.ops) == 1 and isinstance(parent.ops[0], _IN)):
            continue
        assert isinstance(node, ast.List | ast.Tuple)
        constants = node.elts and all(isinstance(element, ast.Constant) for element in node.elts)
        if slot.field == "comparators" and constants and is_hashable(ctx, parent.left):
            yield ctx.replace(slot, "{" + ", ".join(map(ctx.inline, node.elts)) + "}", "set of constants")


def set_before_loop(ctx: UnitContext) -> Iterator[Rewrite]:
    """Make a set of a list before a loop that tests membership in the list and does not change it."""
    for name in dict.fromkeys(slot.parent.comparators[0].id for slot in _tested(ctx)):  # type: ignore[attr-defined]
        slots = [slot for slot in _tested(ctx) if slot.node.id == name]  # type: ignore[attr-defined]
        if not is_definitely(slots[0].node, ctx, _LISTS) or not items_are_hashable(ctx, name):
            continue
        set_name = unused_name(ctx, f"{name}_set")
        loops = [statement for slot in slots for statement in enclosing_loops(ctx, slot.node)]
        for loop in dict.fromkeys(loops):
            inside = [slot for slot in slots if any(inner is slot.node for inner in ast.walk(loop.node))]
            able = [slot for slot in inside if is_hashable(ctx, slot.parent.left)]  # type: ignore[attr-defined]
            first = insert_before(ctx, loop.node, [f"{set_name} = set({name})"])
            if set_name is None or not able or first is None or not is_bound_before(ctx, name, loop):
                continue
            if is_invariant(ctx, name, loop.node) and ctx.is_builtin("set"):
                edits = (first, *(ctx.edit(slot, set_name) for slot in able))
                yield Rewrite(
                    edits, "set before a loop", f"a set of `{name}` is asked, not the list", ctx.line(loop.node)
                )


def list_to_set(ctx: UnitContext) -> Iterator[Rewrite]:
    """A list that is only appended to and tested for membership becomes a set."""
    for statement in ctx.statements:
        name, kind = bound_to_empty(ctx, statement.node)
        if (
            kind != "list"
            or not is_plain_local(ctx, name)
            or name in ctx.parameters
            or not isinstance(statement.node, ast.Assign)
        ):
            continue
        tested = [slot for slot in _tested(ctx) if slot.node.id == name]  # type: ignore[attr-defined]
        added = [node for node in ast.walk(ctx.function) if _appends(node, name)]
        if not tested or not added or count_name(name, ctx.function) != 1 + len(tested) + len(added):
            continue
        items = [slot.parent.left for slot in tested] + [node.value.args[0] for node in added]  # type: ignore[attr-defined]
        if not all(is_hashable(ctx, item) for item in items) or not ctx.is_builtin("set"):
            continue
        edits = [Edit(*ctx.span(statement.node.value), "set()")]
        for node in added:
            end = ctx.span(node.value.func)[1]  # type: ignore[attr-defined]
            edits.append(Edit(end - len("append"), end, "add"))
        yield Rewrite(tuple(edits), "set that grows", f"`{name}` is a set", ctx.line(statement.node))


def loop_to_fromkeys(ctx: UnitContext) -> Iterator[Rewrite]:
    """A loop that appends items not yet in the list becomes `list(dict.fromkeys(...))`, which keeps the order."""
    for statement in ctx.statements:
        shape = loop_shape(ctx, statement.node)
        if shape is None or len(shape.clauses) != 2 or len(shape.block) != 1:
            continue
        match shape.test, shape.block[0]:
            case ast.Compare(left=ast.Name() as item, ops=[ast.NotIn()], comparators=[ast.Name(id=name)]), last:
                added = _appends(last, name) and same_code(last.value.args[0], item)  # type: ignore[attr-defined]
            case _:
                continue
        if not added or not same_code(shape.loop.target, item) or count_name(name, shape.loop.iter):
            continue
        if not items_are_hashable(ctx, name) or not (ctx.is_builtin("list") and ctx.is_builtin("dict")):
            continue
        for start in empty_before(ctx, statement):
            if bound_name(start.node) == name and bound_to_empty(ctx, start.node)[1] == "list":
                edits = set_at(ctx, start, statement, f"list(dict.fromkeys({ctx.inline(shape.loop.iter)}))")
                if edits:
                    yield Rewrite(
                        edits, "distinct items", f"`{name}` is made by `dict.fromkeys`", ctx.line(statement.node)
                    )


def _tested(ctx: UnitContext) -> Iterator[Slot]:
    """The slots of names that are tested for membership."""
    for slot in ctx.loads(ast.Name):
        parent = slot.parent
        compared = isinstance(parent, ast.Compare) and slot.field == "comparators" and len(parent.ops) == 1
        if compared and isinstance(parent.ops[0], _IN):  # type: ignore[attr-defined]
            yield slot


def _appends(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=ast.Name(id=holder), attr="append"), args=[item], keywords=[])
        ):
            return holder == name and not isinstance(item, ast.Starred) and not count_name(name, item)
        case _:
            return False
