"""Small statements synthesized from what is in scope: jumps, counters, calls of methods, assignments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from reloc_lsp.rewrites.source.unit_source import Statement
from reloc_lsp.rewrites.synthesis.condition_synthesis import UNUSED_NAME_FACTOR
from reloc_lsp.rewrites.synthesis.condition_templates import WeightedText
from reloc_lsp.rewrites.synthesis.typed_steps import typed_steps
from reloc_lsp.rewrites.unit_context import UnitContext

MAX_STEPS = 110
"""Most statements per location. Chosen by hand."""
MAX_ASSIGNED_NAMES = 5
"""Most names in scope that are stored in an attribute of `self`. Chosen by hand."""


def steps(ctx: UnitContext, statement: Statement) -> list[WeightedText]:
    """The likeliest small statements at the statement, the heaviest first; those on unused names weigh more."""
    found = dict(_all_steps(ctx, statement))
    for step in found if ctx.unused_names else ():
        if any(name in re.findall(r"\w+", step) for name in ctx.unused_names):
            found[step] *= UNUSED_NAME_FACTOR
    return sorted(found.items(), key=lambda step: -step[1])[:MAX_STEPS]


def _all_steps(ctx: UnitContext, statement: Statement) -> Iterator[WeightedText]:
    names = [*ctx.bound_before(statement.node), *ctx.self_attributes]
    if statement.loop:
        yield "break", 0.7
        yield "continue", 0.7
    for name in names:
        yield from typed_steps(ctx, name, [other for other in names if other != name])
    yield from _links(ctx, ctx.bound_before(statement.node))
    if "self" in ctx.positional_parameters:
        yield from _steps_of_self(ctx, ctx.bound_before(statement.node))
    if not isinstance(ctx.body[-1], ast.Return | ast.Raise):
        for name in names:
            yield f"return {name}", 0.8


def _links(ctx: UnitContext, names: list[str]) -> Iterator[WeightedText]:
    """Objects of one class linked to each other, or unlinked, by an attribute that the unit reads."""
    read: dict[str, set[str]] = {}
    for slot in ctx.loads(ast.Attribute):
        node = slot.node
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and slot.field != "func":
            read.setdefault(node.value.id, set()).add(node.attr)
    for name in names:
        alike = [other for other in names if ctx.types_of(name) & ctx.types_of(other) - {"NoneType"}]
        attributes = {attribute for other in alike for attribute in read.get(other, ())}
        for attribute in sorted(attributes) if name not in ("self", "cls") else ():
            yield f"{name}.{attribute} = None", 0.5
            for other in alike:
                if other != name:
                    yield f"{name}.{attribute} = {other}", 0.5


def _steps_of_self(ctx: UnitContext, names: list[str]) -> Iterator[WeightedText]:
    """Statements on attributes of `self` whose values are not known, and calls of its methods."""
    for attribute in ctx.module.attributes.get("self", {}):
        if attribute not in ctx.module.methods and f"self.{attribute}" not in ctx.self_attributes:
            yield f"self.{attribute} += 1", 0.3
            yield f"self.{attribute} = None", 0.2
            yield f"self.{attribute} = 0", 0.2
            for other in names[:MAX_ASSIGNED_NAMES]:
                yield f"self.{attribute} = {other}", 0.4
                yield f"self.{attribute}.append({other})", 0.3
                yield f"self.{attribute}.add({other})", 0.3
    for method in sorted(ctx.module.methods):
        if not method.startswith("__"):
            yield f"self.{method}()", 0.3
