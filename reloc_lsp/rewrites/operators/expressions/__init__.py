"""Mutation operators that replace or wrap an expression.

Not here: operators that insert, remove or move whole statements.
"""
