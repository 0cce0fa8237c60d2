"""The families of rewrites. To add one, write its function and add a line here.

The number is how often a rewrite of the family repairs a bug, relative to the others: the search's first order.
"""

from reloc_lsp.rewrites.families import (
    borrowing,
    conditions,
    constants,
    defaults,
    elements,
    functions,
    handling,
    ingredients,
    insertion,
    operators,
    removal,
    siblings,
    structure,
    variables,
    wrapping,
)
from reloc_lsp.rewrites.rewrite import Family

BLIND_FAMILIES: tuple[tuple[Family, float], ...] = (
    (operators.comparison, 1.0),
    (operators.arithmetic, 0.8),
    (operators.boolean, 1.0),
    (operators.augmented, 0.6),
    (operators.unary, 0.3),
    (constants.constants, 0.4),
    (constants.off_by_one, 0.5),
    (constants.filled, 0.3),
    (defaults.defaults, 0.1),
    (variables.variables, 0.7),
    (variables.module_names, 0.25),
    (variables.attributes, 0.3),
    (variables.targets, 0.15),
    (variables.swapped, 0.7),
    (variables.exchanged_constants, 0.7),
    (functions.functions, 0.7),
    (removal.unwrapped, 0.4),
    (removal.shortened, 0.4),
    (removal.deleted, 0.7),
    (removal.unwrapped_blocks, 0.35),
    (structure.moved_out, 1.0),
    (structure.moved_in, 0.8),
    (structure.reordered, 0.6),
    (structure.kinds_of_branch, 0.5),
    (structure.awaited, 0.8),
    (wrapping.wrapped, 0.35),
    (wrapping.slices, 0.35),
    (wrapping.arguments, 0.3),
    (conditions.filtered, 0.12),
    (insertion.else_branches, 0.2),
    (insertion.steps, 0.2),
    (borrowing.copies, 0.15),
    (borrowing.flushes, 0.5),
    (borrowing.other_cases, 0.3),
    (siblings.siblings, 0.3),
    (handling.caught, 0.2),
    (elements.added, 0.5),
    (elements.plain_values, 0.15),
    (elements.names_for_constants, 0.3),
    (conditions.bounded, 0.5),
    (structure.else_of_loop, 1.0),
    (ingredients.reused, 0.06),
    (ingredients.extended, 0.06),
)
LOOKING_FAMILIES: tuple[tuple[Family, float], ...] = (
    (conditions.strengthened, 0.1),
    (conditions.replaced, 0.03),
    (conditions.conditional, 0.05),
    (insertion.guards, 0.05),
    (borrowing.guarded_copies, 0.02),
    (insertion.guarded_steps, 0.02),
)
"""Families that choose conditions by the values seen at run time."""
FAMILIES = (*BLIND_FAMILIES, *LOOKING_FAMILIES)
