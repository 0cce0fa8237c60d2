"""The neighbourhood without a model: rewrites of the unit's syntax tree.

Here: the neighbourhood itself and what a rewrite is. `source/` reads the unit and writes edits, `analysis/` says what
is known of its code, `operators/` holds the mutation operators that repair, `refactorings/` those that keep behaviour,
and `ranking/` puts rewrites in order.
Not here: running anything (`evaluation`), prompts (`language_model`).
"""
