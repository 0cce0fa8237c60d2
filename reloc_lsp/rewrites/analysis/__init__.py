"""Static analysis of the unit: types, purity, name usage, loop invariants, conditions from run-time values.

Not here: edits, and the order in which rewrites are tried.
"""
