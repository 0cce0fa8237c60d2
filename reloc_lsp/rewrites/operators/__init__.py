"""The families of rewrites. To add one, write its function and add a line here.

The number is how often a rewrite of the family repairs a bug, relative to the others: the search's first order.
"""

from reloc_lsp.rewrites.operators.expressions import (
    collection_elements,
    conditions,
    constants,
    defaults,
    expression_reuse,
    functions,
    operator_replacement,
    variables,
    wrapping,
)
from reloc_lsp.rewrites.operators.statements import (
    accumulation,
    exception_handling,
    insertion,
    removal,
    sibling_functions,
    statement_reuse,
    structure,
)
from reloc_lsp.rewrites.rewrite import Family

BLIND_FAMILIES: tuple[tuple[Family, float], ...] = (
    (operator_replacement.comparison, 1.0),
    (operator_replacement.arithmetic, 1.0),
    (operator_replacement.boolean, 1.6),
    (operator_replacement.augmented, 0.6),
    (operator_replacement.unary, 0.3),
    (constants.constants, 0.7),
    (constants.off_by_one, 0.4),
    (constants.filled, 0.3),
    (defaults.defaults, 0.1),
    (variables.variables, 1.0),
    (variables.module_names, 0.25),
    (variables.attributes, 0.3),
    (variables.targets, 0.1),
    (variables.swapped, 0.7),
    (variables.exchanged_constants, 0.7),
    (functions.functions, 0.8),
    (removal.unwrapped, 0.5),
    (removal.shortened, 0.4),
    (removal.deleted, 1.1),
    (removal.unwrapped_blocks, 0.35),
    (structure.moved_out, 1.3),
    (structure.moved_in, 0.8),
    (structure.lifted, 0.3),
    (structure.reordered, 0.6),
    (structure.kinds_of_branch, 0.5),
    (structure.awaited, 0.8),
    (wrapping.wrapped, 0.35),
    (wrapping.slices, 0.35),
    (wrapping.arguments, 0.3),
    (conditions.filtered, 0.12),
    (insertion.else_branches, 0.2),
    (insertion.steps, 0.2),
    (statement_reuse.copies, 0.15),
    (statement_reuse.flushes, 0.5),
    (statement_reuse.other_cases, 0.3),
    (sibling_functions.siblings, 0.4),
    (exception_handling.caught, 0.2),
    (collection_elements.added, 0.5),
    (collection_elements.plain_values, 0.15),
    (collection_elements.names_for_constants, 0.3),
    (conditions.bounded, 0.5),
    (structure.else_of_loop, 1.2),
    (accumulation.accumulated, 0.3),
    (expression_reuse.reused, 0.04),
    (expression_reuse.extended, 0.04),
)
LOOKING_FAMILIES: tuple[tuple[Family, float], ...] = (
    (conditions.strengthened, 0.1),
    (conditions.replaced, 0.025),
    (conditions.conditional, 0.05),
    (insertion.guards, 0.06),
    (statement_reuse.guarded_copies, 0.02),
    (statement_reuse.branches, 0.02),
    (insertion.guarded_steps, 0.015),
)
"""Families that choose conditions by the values seen at run time."""
FAMILIES = (*BLIND_FAMILIES, *LOOKING_FAMILIES)
