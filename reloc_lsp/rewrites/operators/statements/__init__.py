"""Mutation operators that insert, remove, move or reuse whole statements.

Not here: operators that stay inside one expression.
"""
