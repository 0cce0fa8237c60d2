"""Static analysis of the unit: types, purity, name usage, loop invariants, boolean logic, shapes of loops.

Not here: edits, and the order in which rewrites are tried.
"""
