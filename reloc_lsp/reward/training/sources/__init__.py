"""Where training data comes from: git histories, traces, and the versions of a function found there.

Not here: pairs and lists made of it (`reward/training`).
"""
