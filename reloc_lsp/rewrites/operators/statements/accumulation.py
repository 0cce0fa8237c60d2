"""Missing accumulation: an assignment that should combine the new value with the old one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.rewrites.analysis.possible_types import possible_types
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.unit_expressions import Slot
from reloc_lsp.rewrites.unit_context import UnitContext

_NUMBERS = frozenset({"int", "float"})
_NUMBER_TEMPLATES = {
    "max({0}, {1})": 1.0, "min({0}, {1})": 1.0, "{0} + {1}": 0.6, "{0} * 10 + {1}": 0.2, "{0} * 2 + {1}": 0.1,
}  # fmt: skip
_SEQUENCE_TEMPLATES = {"{0} + {1}": 0.8, "{1} + {0}": 0.5, "max({0}, {1}, key=len)": 0.4}
_SET_TEMPLATES = {"{0} | {1}": 0.8, "{0} & {1}": 0.4, "{0} - {1}": 0.3}


def accumulate(ctx: UnitContext) -> Iterator[Rewrite]:
    """`name = value` becomes `name = max(name, value)`, `name + value` and the like."""
    for statement in ctx.focused_statements:
        node = statement.node
        if not (isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)):
            continue
        name = node.targets[0].id
        read = {inner.id for inner in ast.walk(node.value) if isinstance(inner, ast.Name)}
        if name not in ctx.bound_before(node) or name in read or isinstance(node.value, ast.Constant):
            continue
        slot = Slot(node.value, node, "value", -1, node)
        plain = isinstance(node.value, ast.Name | ast.Call | ast.Attribute | ast.Subscript)
        text = ctx.inline(node.value)
        for pattern, weight in _patterns(ctx.types_of(name) | possible_types(node.value, ctx)).items():
            inner = text if plain or pattern.startswith("max") or pattern.startswith("min") else f"({text})"
            yield ctx.replace(slot, pattern.format(name, inner), "accumulation", weight=weight)


def _patterns(types: frozenset[str]) -> dict[str, float]:
    if types & _NUMBERS:
        return _NUMBER_TEMPLATES
    if types & {"set", "frozenset"}:
        return _SET_TEMPLATES
    return _SEQUENCE_TEMPLATES if types & {"str", "list", "tuple"} else {}
