"""Sources of training data that need the evaluation or the rewrites: mutation chains and ranking lists of fixes.

Not here: the formats of the data, and the training (`reward/training`).
"""
