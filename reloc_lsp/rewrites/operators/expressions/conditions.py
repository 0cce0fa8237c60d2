"""Conditions: an operand is added, a condition is replaced, or code gets a condition that it lacked."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.analysis.possible_types import possible_types
from reloc_lsp.rewrites.rewrite import ConditionExtension, GuardInsertion, Rewrite
from reloc_lsp.rewrites.source.precedence import AND, OR, level, level_of_text
from reloc_lsp.rewrites.source.statement_edits import reindented_lines
from reloc_lsp.rewrites.source.unit_expressions import Slot
from reloc_lsp.rewrites.source.unit_source import abbreviated
from reloc_lsp.rewrites.synthesis.condition_synthesis import useful_conditions
from reloc_lsp.rewrites.synthesis.operands import names_in_text
from reloc_lsp.rewrites.unit_context import UnitContext

_ELEMENT_TEMPLATES = (
    "{}", "not {}", "{} is not None", "{} > 0", "{} >= 0", "{} != 0", "{} < 0", "{} % 2 == 0", "{}.strip()",
    "{}.isalpha()", "{}.isdigit()", "{}.isalnum()", "not {}.isspace()",
)  # fmt: skip
_OPERATORS = ("!=", "in", "not in", "==", "<", ">")


def condition_slots(ctx: UnitContext) -> Iterator[Slot]:
    """The slots of all conditions of the unit and of their operands."""
    for slot in ctx.loads(ast.expr):
        if _conditional_weight(ctx, slot) and not isinstance(slot.statement, ast.Assert):
            yield slot


def extend_condition(ctx: UnitContext) -> Iterator[Rewrite]:
    """A condition `c`, or a part of one, becomes `c and x` or `c or x`; `x` comes first where `c` may raise."""
    for slot in condition_slots(ctx):
        weight = _conditional_weight(ctx, slot)
        text = ctx.inline(slot.node)
        words: tuple[Literal["and", "or"], ...] = ("and", "or")
        for word in words:
            if isinstance(slot.parent, ast.BoolOp) and isinstance(slot.parent.op, ast.And if word == "and" else ast.Or):
                continue
            for extra, base_weight in useful_conditions(ctx, slot.statement, word == "or").items():
                if extra != text:
                    # Conditions on the same names are combined more often than others.
                    factor = weight * base_weight * (1.5 if names_in_text(text) & names_in_text(extra) else 1.0)
                    yield _joined(ctx, slot, word, extra, factor)
                    if ctx.observations.raises(ctx.line(slot.statement), text):
                        yield _joined(ctx, slot, word, extra, factor * 2, first=True)


def _conditional_weight(ctx: UnitContext, slot: Slot) -> float:
    """The weight of adding an operand in this slot; 0 where it contains no condition."""
    if slot.field == "test":
        return 1.0
    if isinstance(slot.parent, ast.BoolOp):
        return 0.6
    truth = isinstance(slot.node, ast.Compare | ast.BoolOp) or possible_types(slot.node, ctx) == {"bool"}
    return 1.0 if truth and isinstance(slot.parent, ast.Return | ast.Assign) else 0.0


def replace_condition(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace a whole condition."""
    for slot in ctx.loads(ast.expr):
        if slot.field == "test" and not isinstance(slot.statement, ast.Assert):
            text = ctx.inline(slot.node)
            for holds in (True, False):
                for other, weight in useful_conditions(ctx, slot.statement, holds).items():
                    if other != text:
                        yield ctx.replace(slot, other, "condition", weight=weight * 0.6)


def add_lower_bound(ctx: UnitContext) -> Iterator[Rewrite]:
    """Add the lower bound to a comparison: `a < b` becomes `0 <= a < b`."""
    for slot in ctx.loads(ast.Compare):
        node = slot.node
        assert isinstance(node, ast.Compare)
        open_below = len(node.ops) == 1 and not isinstance(node.left, ast.Constant)
        if open_below and isinstance(node.ops[0], ast.Lt | ast.LtE):
            for bound in ("0 <=", "0 <", "1 <="):
                yield ctx.replace(slot, f"{bound} {ctx.src(node)}", "bound")
            for name in ctx.bound_before(slot.statement):
                if "int" in ctx.types_of(name) and name not in ctx.inline(node):
                    yield ctx.replace(slot, f"{name} <= {ctx.src(node)}", "bound", weight=0.3)


def add_filter(ctx: UnitContext) -> Iterator[Rewrite]:
    """Add a condition on the element to a comprehension."""
    for slot in ctx.loads(ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp):
        node = slot.node
        assert isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp)
        last = node.generators[-1]
        names = [n.id for n in ast.walk(last.target) if isinstance(n, ast.Name)]
        start, end = ctx.span(last.ifs[-1] if last.ifs else last.iter)
        grouped = ctx.text[:start].rstrip().endswith("(")
        end = ctx.text.index(")", end) + 1 if grouped else end
        joins = last.ifs and (grouped or level(last.ifs[-1]) >= AND)
        others = [other for other in ctx.bound_before(slot.statement) if other not in names]
        tests = [pattern.format(name) for name in names for pattern in _ELEMENT_TEMPLATES]
        tests += [f"{name} {op} {other}" for name in names for other in others for op in _OPERATORS]
        for test in tests:
            text = f" and {test}" if joins else f" if {test}"
            edit = Edit(end, end, text)
            description = f"only elements with `{abbreviated(test)}`"
            yield Rewrite((edit,), "filter", description, ctx.line(node), 0.5, ctx.effect_of(slot, (edit,)))


def make_conditional(ctx: UnitContext) -> Iterator[Rewrite]:
    """Put a statement under a condition."""
    for statement in ctx.focused_statements:
        node = statement.node
        if isinstance(
            node, ast.Expr | ast.AugAssign | ast.Assign | ast.Return | ast.Break | ast.Continue | ast.Raise
        ) and ctx.owns_lines(node):
            text = reindented_lines(ctx, [node], ctx.indent(node) + ctx.step)
            if text is None:
                continue
            start, end = ctx.line_span(node)
            for condition, weight in useful_conditions(ctx, node, holds=False).items():
                header = f"{ctx.indent(node)}if {condition}:{ctx.newline}"
                description = f"`{abbreviated(ctx.src(node))}` only if `{abbreviated(condition)}`"
                guard = GuardInsertion(ctx.line(node), condition)
                yield Rewrite(
                    (Edit(start, end, header + text),), "conditional", description, ctx.line(node), weight, guard
                )


def _joined(
    ctx: UnitContext, slot: Slot, word: Literal["and", "or"], extra: str, weight: float, *, first: bool = False
) -> Rewrite:
    """The condition with another operand; its own operands of the same operator stay without parentheses."""
    text, own = ctx.src(slot.node), AND if word == "and" else OR
    kept = text if level_of_text(text) >= own else f"({text})"
    added = extra if level_of_text(extra) > own else f"({extra})"
    joined = f"{added} {word} {kept}" if first else f"{kept} {word} {added}"
    description = f"the condition gets `{word} {abbreviated(extra)}`"
    rewrite = ctx.replace(slot, joined, "condition", description, weight)
    branches = ctx.branch_returns(slot.statement) if slot.field == "test" else (None, None)
    return replace(
        rewrite, effect=ConditionExtension(ctx.line(slot.statement), ctx.inline(slot.node), word, extra, branches)
    )
