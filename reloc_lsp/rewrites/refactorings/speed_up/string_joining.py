"""Strings that are concatenated piece by piece are joined at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.rewrites.analysis.boolean_logic import is_constant
from reloc_lsp.rewrites.analysis.comprehension_shape import loop_shape
from reloc_lsp.rewrites.analysis.definite_types import is_definitely
from reloc_lsp.rewrites.analysis.loop_invariants import item_types
from reloc_lsp.rewrites.analysis.name_usage import bound_name, count_name, inside_try, names_in
from reloc_lsp.rewrites.refactorings.simplify.comprehensions import empty_before, set_at
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.unit_context import UnitContext

_STR = frozenset({"str"})


def loop_to_join(ctx: UnitContext) -> Iterator[Rewrite]:
    """`text = ""`, then a loop that only adds strings to it, become `text = "".join([...])`."""
    for statement in ctx.statements:
        shape = loop_shape(ctx, statement.node)
        if shape is None or len(shape.block) != 1 or inside_try(ctx, statement.node):
            continue
        match shape.block[0]:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value) if ctx.types_of(name) == _STR:
                pass
            case _:
                continue
        if count_name(name, shape.loop) != 1 or item_types(ctx, value) != _STR:
            continue
        for start in empty_before(ctx, statement):
            if bound_name(start.node) == name and is_constant(getattr(start.node, "value", None), ""):
                edits = set_at(ctx, start, statement, f'"".join([{shape.with_element(ctx.inline(value))}])')
                if edits:
                    yield Rewrite(edits, "joined string", f"`{name}` is joined at once", ctx.line(statement.node))


def generator_to_list(ctx: UnitContext) -> Iterator[Rewrite]:
    """`"".join(e for ...)` becomes `"".join([e for ...])`: `join` makes a list of it anyway."""
    for slot in ctx.loads(ast.GeneratorExp):
        match slot.parent:
            case ast.Call(func=ast.Attribute(value=separator, attr="join"), args=[_], keywords=[]) if is_definitely(
                separator, ctx, _STR
            ):
                if "next" not in names_in(slot.node):
                    text = ctx.src(slot.node)
                    yield ctx.replace(slot, f"[{text[1:-1] if text.startswith('(') else text}]", "list to join")
