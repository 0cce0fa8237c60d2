"""The order in which rewrites are tried: features, run-time values, and feedback from those already evaluated.

Not here: the weights (`reward`).
"""
