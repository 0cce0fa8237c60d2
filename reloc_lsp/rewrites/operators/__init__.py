"""The mutation operators that repair, each with its prior. To add one, write its function and add a line here.

Where mutation testing has a name for an operator (AOR, ROR, COR, SDL, ...), its docstring gives it. Operators that
insert code are templates, as in template-based repair (PAR, TBar).

A prior is how often a rewrite of the operator repairs a bug, relative to the others: it gives the first order of the
search. The priors were fitted on the bugs of tests/benchmarks/handwritten and on planted ones.
The weights inside an operator compare its rewrites with each other; they were chosen by hand.
"""

from reloc_lsp.rewrites.operators.expressions import (
    arguments,
    collection_elements,
    conditions,
    constants,
    defaults,
    expression_reuse,
    functions,
    operator_replacement,
    subscripts,
    variables,
    wrapping,
)
from reloc_lsp.rewrites.operators.statements import (
    accumulation,
    control_flow,
    exception_handling,
    insertion,
    removal,
    sibling_functions,
    statement_reuse,
    structure,
)
from reloc_lsp.rewrites.unit_context import Operator

STATIC_OPERATORS: tuple[tuple[Operator, float], ...] = (
    (operator_replacement.replace_comparison, 1.0),
    (operator_replacement.replace_arithmetic, 1.0),
    (operator_replacement.replace_boolean, 1.6),
    (operator_replacement.replace_augmented, 0.6),
    (operator_replacement.toggle_unary, 0.3),
    (constants.replace_constant, 0.7),
    (constants.off_by_one, 0.4),
    (constants.replace_none, 0.3),
    (defaults.replace_default, 0.1),
    (variables.replace_variable, 1.0),
    (variables.replace_module_name, 0.25),
    (variables.replace_attribute, 0.3),
    (variables.replace_target, 0.1),
    (variables.swap_operands, 0.7),
    (variables.swap_constants, 0.7),
    (functions.replace_function, 0.8),
    (removal.unwrap_expression, 0.5),
    (removal.drop_operand, 0.4),
    (removal.delete_statements, 1.1),
    (removal.unwrap_block, 0.35),
    (structure.move_out_of_block, 1.3),
    (structure.move_into_block, 0.8),
    (structure.lift_statement, 0.3),
    (structure.reorder_statements, 0.6),
    (control_flow.replace_control_flow, 0.5),
    (control_flow.add_await, 0.8),
    (wrapping.wrap_expression, 0.35),
    (subscripts.replace_slice, 0.35),
    (arguments.add_argument, 0.3),
    (conditions.add_filter, 0.12),
    (insertion.insert_else, 0.2),
    (insertion.insert_step, 0.2),
    (statement_reuse.copy_statement, 0.15),
    (statement_reuse.repeat_after_loop, 0.5),
    (statement_reuse.add_else_variant, 0.3),
    (sibling_functions.copy_from_sibling, 0.4),
    (exception_handling.handle_exception, 0.2),
    (collection_elements.add_element, 0.5),
    (collection_elements.replace_by_plain_value, 0.15),
    (collection_elements.replace_constant_by_name, 0.3),
    (conditions.add_lower_bound, 0.5),
    (structure.move_else_to_loop, 1.2),
    (accumulation.accumulate, 0.3),
    (expression_reuse.reuse_expression, 0.04),
    (expression_reuse.add_operand, 0.04),
)
"""Operators that need no run-time values to choose what they make."""
VALUE_GUIDED_OPERATORS: tuple[tuple[Operator, float], ...] = (
    (conditions.extend_condition, 0.1),
    (conditions.replace_condition, 0.025),
    (conditions.make_conditional, 0.05),
    (insertion.insert_guard, 0.06),
    (statement_reuse.copy_under_condition, 0.02),
    (statement_reuse.add_elif_variant, 0.02),
    (insertion.insert_guarded_step, 0.015),
)
"""Operators that choose conditions by run-time values."""
ALL_OPERATORS = (*STATIC_OPERATORS, *VALUE_GUIDED_OPERATORS)
