"""What is done with plausible patches (revisions that pass every test): ranking, differential testing, minimisation.

Not here: the search that finds them.
"""
