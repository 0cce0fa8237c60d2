"""Refactorings that simplify. Linters agree on them; docstrings name the rules of ruff and pylint.

Each keeps the behaviour by construction; where that depends on a type, the type must have been observed. To add one,
write its function and add a line here: those that remove the most come first.
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
from reloc_lsp.rewrites.unit_context import Operator

SIMPLIFICATIONS: tuple[Operator, ...] = (
    comprehensions.loop_to_comprehension,
    any_all.loop_to_any_all,
    any_all.flag_to_any_all,
    counting.loop_to_sum,
    counting.range_len_to_enumerate,
    dict_lookups.conditional_to_get,
    dict_lookups.if_else_to_get,
    boolean_returns.return_condition,
    boolean_returns.simplify_conditional,
    boolean_returns.simplify_negation,
    boolean_returns.drop_comparison_with_bool,
    conditional_values.conditional_to_or,
    conditional_values.if_else_to_conditional,
    nesting.merge_nested_ifs,
    nesting.merge_equal_branches,
    nesting.merge_nested_withs,
    comparisons.chain_comparisons,
    comparisons.equalities_to_in,
    comparisons.merge_calls,
    emptiness.drop_len,
    calls.call_to_literal,
    calls.call_to_comprehension,
    calls.drop_default_argument,
    calls.simplify_iteration,
    counting.to_augmented_assignment,
    string_formatting.concatenation_to_fstring,
    redundant_code.swap_by_tuple,
    redundant_code.return_directly,
    redundant_code.drop_else,
    redundant_code.drop_dead_statement,
)
