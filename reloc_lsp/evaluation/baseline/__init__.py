"""The baseline: covering tests of the unchanged unit, their outcomes and timeouts, and the tier to evaluate candidates.

Not here: evaluating candidates.
"""
