"""The order in which rewrites are tried: features, run-time values, and feedback from those already judged.

Not here: the weights (`reward`).
"""
