"""Families of rewrites that say the same in fewer words, chosen among what linters agree on (ruff's rules are named).

Each does the same by construction; where that takes a type, it must have been seen. To add one, write its function and
add a line here: those that take away the most go first.
"""

from reloc_lsp.rewrites.refactorings.simplify import (
    any_all,
    boolean_returns,
    calls,
    comparisons,
    comprehensions,
    conditional_values,
    counting,
    dict_lookups,
    emptiness,
    nesting,
    redundant_code,
    string_formatting,
)
from reloc_lsp.rewrites.rewrite import Family

SIMPLIFYING: tuple[Family, ...] = (
    comprehensions.comprehensions,
    any_all.any_or_all,
    any_all.flags,
    counting.sums,
    counting.enumerated,
    dict_lookups.lookups,
    dict_lookups.guarded_lookups,
    boolean_returns.returned,
    boolean_returns.chosen,
    boolean_returns.negations,
    boolean_returns.comparisons_with_truth,
    conditional_values.either,
    conditional_values.assigned,
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
    string_formatting.pieces,
    redundant_code.swapped,
    redundant_code.handed_on,
    redundant_code.else_branches,
    redundant_code.statements,
)
