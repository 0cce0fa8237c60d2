"""What is done with plausible patches, the revisions that pass: ranking, differential testing, minimisation.

Not here: how they were found.
"""
