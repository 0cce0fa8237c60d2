"""The expressions whose run-time values are probed, and the program points at which they are evaluated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from reloc_lsp.rewrites.operators.expressions.conditions import condition_slots
from reloc_lsp.rewrites.rewrite import ExpressionReplacement, GuardInsertion, Rewrite
from reloc_lsp.rewrites.synthesis.condition_synthesis import candidate_conditions
from reloc_lsp.rewrites.synthesis.exits import returnable_expressions
from reloc_lsp.rewrites.time_slicing import cooperatively
from reloc_lsp.rewrites.unit_context import UnitContext
from reloc_lsp.search.interfaces.runtime_values import ProgramPoint

MAX_EXPRESSIONS = 700
"""Most expressions of rewrites per program point; conditions and returned values come on top. Chosen by hand."""


async def probe_points(ctx: UnitContext, rewrites: Iterable[Rewrite], offset: int) -> list[ProgramPoint]:
    """All conditions and returned values that may be synthesized, and what the rewrites change, by line of the file.

    `offset` is the difference between lines of the file and of the unit.
    """
    expressions: dict[int, dict[str, None]] = defaultdict(dict)
    async for statement in cooperatively(ctx.focused_statements):
        node = statement.node
        returned = [*returnable_expressions(ctx, statement), *filter(None, ctx.branch_returns(node))]
        expressions[ctx.line(node)] |= dict.fromkeys([*candidate_conditions(ctx, node), *returned])
    for slot in condition_slots(ctx):
        if ctx.is_pure(slot.node):
            expressions[ctx.line(slot.statement)][ctx.inline(slot.node)] = None
    synthesized = {line: len(texts) for line, texts in expressions.items()}
    async for rewrite in cooperatively(rewrites):
        match rewrite.effect:
            case ExpressionReplacement(line=line, old=old, new=new):
                expressions[line] |= {old: None, new: None}
            case GuardInsertion(line=line, condition=condition):
                expressions[line][condition] = None
    return [
        ProgramPoint(line + offset, tuple(list(texts)[: MAX_EXPRESSIONS + synthesized.get(line, 0)]))
        for line, texts in expressions.items()
    ]
