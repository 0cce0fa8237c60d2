"""Training data for rewards that needs the judge or the rewrites: mutation chains and lists of fixes.

Not here: the format of the data and the training (`reward/training`).
"""
