"""Differential testing: calls of the unit are recorded from its tests, mutated, and made with versions of the unit.

Not here: the comparison of what the versions did, which is the work of the controller.
"""
