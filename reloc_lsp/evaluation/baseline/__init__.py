"""What is measured on the unchanged unit: covering tests, outcomes, timeouts, and the tier that judges truly.

Not here: judging candidates.
"""
