"""The families of rewrites. To add one, write its function and add a line here.

The number is how often a rewrite of the family repairs a bug, relative to the others: the search's first order.
"""

from reloc_lsp.rewrites.families import (
    conditions,
    constants,
    functions,
    ingredients,
    insertion,
    operators,
    removal,
    structure,
    variables,
    wrapping,
)
from reloc_lsp.rewrites.rewrite import Family

FAMILIES: tuple[tuple[Family, float], ...] = (
    (operators.comparison, 1.0),
    (operators.arithmetic, 0.8),
    (operators.boolean, 1.0),
    (operators.augmented, 0.8),
    (operators.unary, 0.5),
    (constants.constants, 0.6),
    (constants.off_by_one, 0.7),
    (variables.variables, 0.5),
    (variables.module_names, 0.3),
    (variables.attributes, 0.4),
    (variables.targets, 0.3),
    (variables.swapped, 0.6),
    (variables.exchanged_constants, 0.3),
    (functions.functions, 0.7),
    (removal.unwrapped, 0.4),
    (removal.shortened, 0.4),
    (removal.deleted, 0.6),
    (removal.unwrapped_blocks, 0.4),
    (structure.moved_out, 0.8),
    (structure.moved_in, 0.7),
    (structure.reordered, 0.4),
    (structure.kinds_of_branch, 0.6),
    (structure.awaited, 1.0),
    (wrapping.wrapped, 0.3),
    (wrapping.slices, 0.4),
    (wrapping.arguments, 0.4),
    (conditions.strengthened, 0.15),
    (conditions.replaced, 0.08),
    (conditions.filtered, 0.15),
    (conditions.conditional, 0.06),
    (insertion.guards, 0.1),
    (insertion.else_branches, 0.15),
    (insertion.steps, 0.15),
    (insertion.copies, 0.12),
    (ingredients.reused, 0.12),
    (ingredients.extended, 0.1),
)
