"""The neighbourhood without a model: rewrites of the unit's syntax tree.

From bottom to top: `source/` reads the unit and edits its text; `analysis/` finds what is known of its code; `ranking/`
orders rewrites; `unit_context` is what operators see of a unit; `synthesis/` makes code from what is in scope;
`operators/` holds the mutation operators that repair, `refactorings/` those that keep behaviour; `neighborhood` and
`refactorings.refactoring_neighborhood` give their rewrites to the search.
Not here: running anything (`evaluation`), prompts (`language_model`).
"""
