"""Statement insertion: guards, `else` branches and small statements (templates of PAR and its successors)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from reloc_lsp.rewrites.rewrite import GuardInsertion, Rewrite
from reloc_lsp.rewrites.source.statement_edits import insert_after, insert_around, insert_before
from reloc_lsp.rewrites.source.unit_source import abbreviated
from reloc_lsp.rewrites.synthesis.condition_synthesis import useful_conditions
from reloc_lsp.rewrites.synthesis.exits import exits
from reloc_lsp.rewrites.synthesis.operands import names_in_text
from reloc_lsp.rewrites.synthesis.steps import steps
from reloc_lsp.rewrites.unit_context import UnitContext

MAX_CONDITIONS = 8
"""Most conditions per statement under which a small statement is inserted. Chosen by hand."""
MAX_STEPS_PER_CONDITION = 14
"""Most small statements per condition. Chosen by hand."""
_JUMPS = re.compile(r"break|continue|return")


def insert_guard(ctx: UnitContext) -> Iterator[Rewrite]:
    """Insert `if condition:` with a `return`, `continue`, `break` or `raise` before a statement."""
    for statement in ctx.focused_statements:
        line = ctx.line(statement.node)
        first = statement.index == 0 or statement.node is ctx.body[0]
        ways = exits(ctx, statement)
        for condition, weight in useful_conditions(ctx, statement.node, holds=True).items():
            for text, factor in ways:
                edit = insert_before(ctx, statement.node, [f"if {condition}:", f">{text}"])
                if edit is not None:
                    description = f"`if {abbreviated(condition)}: {abbreviated(text)}` is added"
                    value = text.removeprefix("return ") if text.startswith("return ") else None
                    guard = GuardInsertion(line, condition, None if ctx.is_recursive else value)
                    weight_here = weight * factor * (1.0 if first else 0.5)
                    yield Rewrite((edit,), "guard", description, line, weight_here, guard)


def insert_else(ctx: UnitContext) -> Iterator[Rewrite]:
    """Add an `else` branch to an `if` that has none."""
    for statement in ctx.focused_statements:
        node = statement.node
        if isinstance(node, ast.If) and not node.orelse and ctx.owns_lines(node.body[-1]):
            last = node.body[-1]
            for text, weight in [*exits(ctx, statement), *steps(ctx, statement)]:
                edit = insert_after(ctx, last, ["else:", f">{text}"], like=node)
                if edit is not None:
                    description = f"`else: {abbreviated(text)}` is added"
                    yield Rewrite((edit,), "else", description, ctx.line(last), weight * 0.7)


def insert_step(ctx: UnitContext) -> Iterator[Rewrite]:
    """Insert a small statement before another one, or after the last one of a block."""
    for statement in ctx.focused_statements:
        line = ctx.line(statement.node)
        for text, weight in steps(ctx, statement):
            for edit in insert_around(ctx, statement, [text]):
                yield Rewrite((edit,), "insertion", f"`{abbreviated(text)}` is added", line, weight)


def insert_guarded_step(ctx: UnitContext) -> Iterator[Rewrite]:
    """Insert a small statement under a condition; those that share names with the condition come first."""
    for statement in ctx.focused_statements:
        line = ctx.line(statement.node)
        useful = list(useful_conditions(ctx, statement.node, holds=True).items())[:MAX_CONDITIONS]
        candidates = [one for one in steps(ctx, statement) if not _JUMPS.match(one[0])] if useful else []
        for condition, weight in useful:
            names = names_in_text(condition)
            ordered = sorted(
                (-factor * (1.0 if names_in_text(text) & names else 0.4), text) for text, factor in candidates
            )
            for factor, text in ordered[:MAX_STEPS_PER_CONDITION]:
                edit = insert_before(ctx, statement.node, [f"if {condition}:", f">{text}"])
                if edit is not None:
                    description = f"`if {abbreviated(condition)}: {abbreviated(text)}` is added"
                    guard = GuardInsertion(line, condition)
                    yield Rewrite((edit,), "guarded step", description, line, weight * -factor, guard)
