"""Subscripts: bounds, steps and indices are replaced."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.rewrites.analysis.possible_types import possible_types
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.unit_expressions import Slot
from reloc_lsp.rewrites.source.unit_source import abbreviated
from reloc_lsp.rewrites.unit_context import UnitContext


def replace_slice(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace the bounds, step or index of a subscript."""
    for slot in ctx.loads(ast.Subscript):
        node = slot.node
        assert isinstance(node, ast.Subscript)
        if isinstance(node.slice, ast.Slice):
            lower, upper, step = (
                ctx.inline(p) if p else "" for p in (node.slice.lower, node.slice.upper, node.slice.step)
            )
            tail = f":{step}" if step else ""
            options = {
                f"{lower}:{tail}": 1.0, f":{upper}{tail}": 1.0, f"{upper}:{lower}{tail}": 0.4, f"{lower}:{upper}": 0.6,
                f"{lower}:{upper}:-1": 0.5, "::-1": 0.4, f"{lower}:{upper}:2": 0.2, f"1:{upper}{tail}": 0.6,
                f"{lower}:-1{tail}": 0.6, f"-{lower}:{upper}" if lower else ":": 0.4, f"{upper}:{tail}": 0.5,
                f":{lower}{tail}": 0.5,
            }  # fmt: skip
            if lower and upper:
                options |= {f"{lower}:{lower} + {upper}{tail}": 0.6, f"{lower} + 1:{upper} + 1{tail}": 0.3}
        elif isinstance(node.slice, ast.Tuple):
            continue
        else:
            index = ctx.inline(node.slice)
            options = {
                "-1": 0.6,
                "0": 0.6,
                f"{index}:": 0.4,
                f":{index}": 0.4,
                f"-{index}" if index.isidentifier() else "1": 0.5,
            }
            if possible_types(node.slice, ctx) and possible_types(node.slice, ctx) <= {"str"}:
                continue
        for option, weight in options.items():
            if option != ctx.src(node.slice):
                edit = ctx.edit(Slot(node.slice, node, "slice", -1, slot.statement), option)
                description = (
                    f"`{abbreviated(ctx.inline(node))}` becomes `{abbreviated(f'{ctx.inline(node.value)}[{option}]')}`"
                )
                yield Rewrite((edit,), "slice", description, ctx.line(node), weight, ctx.effect_of(slot, (edit,)))
