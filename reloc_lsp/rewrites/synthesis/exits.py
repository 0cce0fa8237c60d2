"""Ways to leave a block or the unit at a statement: `return`, `continue`, `break` and `raise`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.rewrites.analysis.purity import is_pure_text
from reloc_lsp.rewrites.source.unit_source import Statement
from reloc_lsp.rewrites.synthesis.condition_templates import WeightedText
from reloc_lsp.rewrites.unit_context import UnitContext

MAX_EXITS = 14
"""Most exits per statement. Chosen by hand."""
MAX_RETURNED_NAMES = 8
"""Most names in scope that are returned. Chosen by hand."""
MAX_VALUE_LENGTH, MAX_RAISE_LENGTH = 30, 80
"""Longest values and `raise` statements of the unit that are used again, in characters. Chosen by hand."""
_PLAIN_VALUES = {
    "None": 0.6, "False": 0.6, "True": 0.6, "0": 0.7, "[]": 0.7, "''": 0.6, "1": 0.4, "-1": 0.4, "{}": 0.4, "()": 0.2,
    "set()": 0.2, "0.0": 0.3,
}  # fmt: skip


def exits(ctx: UnitContext, statement: Statement) -> list[WeightedText]:
    """The likeliest ways to leave before the statement, the heaviest first."""
    return sorted(_all_exits(ctx, statement), key=lambda exit_: -exit_[1])[:MAX_EXITS]


def returnable_expressions(ctx: UnitContext, statement: Statement) -> list[str]:
    """The pure expressions that the likeliest exits return."""
    texts = [text.removeprefix("return ") for text, _ in exits(ctx, statement) if text.startswith("return ")]
    return [text for text in texts if is_pure_text(text)]


def _all_exits(ctx: UnitContext, statement: Statement) -> Iterator[WeightedText]:
    """Exits with values that the unit returns elsewhere, names in scope and plain values; exceptions of the unit and
    those that failing tests expect."""
    nodes = [one.node for one in ctx.statements]
    returns = [node.value for node in nodes if isinstance(node, ast.Return)]
    returned = [ctx.inline(value) for value in returns if value is not None]
    values = {text: 1.0 for text in returned if len(text) <= MAX_VALUE_LENGTH}
    generator = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(ctx.function))
    if generator or not returned:
        yield "return", 1.0
    if not generator:
        for name in ctx.bound_before(statement.node)[:MAX_RETURNED_NAMES]:
            values.setdefault(name, 0.7)
        for text, weight in _PLAIN_VALUES.items():
            values.setdefault(text, weight)
        for text, weight in values.items():
            yield f"return {text}", weight
    if statement.loop:
        yield "continue", 1.2
        yield "break", 1.0
    if statement.handler:
        yield "raise", 2.5
    for error in ctx.module.expected_exceptions:
        yield f"raise {error}", 2.0
    raises = [ctx.inline_statement(node) for node in nodes if isinstance(node, ast.Raise)]
    for text in raises:
        if len(text) <= MAX_RAISE_LENGTH:
            yield text, 0.7
