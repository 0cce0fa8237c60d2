"""Families of rewrites that say the same in fewer words, chosen among what linters agree on (ruff's rules are named).

Each does the same by construction; where that takes a type, it must have been seen. To add one, write its function and
add a line here: those that take away the most go first.
"""

from reloc_lsp.rewrites.rewrite import Family
from reloc_lsp.rewrites.simplifying import (
    alternatives,
    building,
    calls,
    comparisons,
    counting,
    emptiness,
    existence,
    formatting,
    lookups,
    nesting,
    superfluous,
    truth,
)

SIMPLIFYING: tuple[Family, ...] = (
    building.comprehensions,
    existence.any_or_all,
    existence.flags,
    counting.sums,
    counting.enumerated,
    lookups.lookups,
    lookups.guarded_lookups,
    truth.returned,
    truth.chosen,
    truth.negations,
    truth.comparisons_with_truth,
    alternatives.either,
    alternatives.assigned,
    nesting.joined_conditions,
    nesting.same_branches,
    nesting.joined_contexts,
    comparisons.chained,
    comparisons.memberships,
    comparisons.several_at_once,
    emptiness.emptiness,
    calls.literals,
    calls.comprehensions,
    calls.arguments,
    calls.iterated,
    counting.augmented,
    formatting.pieces,
    superfluous.swapped,
    superfluous.handed_on,
    superfluous.else_branches,
    superfluous.statements,
)
