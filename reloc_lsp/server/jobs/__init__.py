"""Running searches: the registry, progress, on-save, and one revision from start to offer.

Not here: what becomes of a proposal.
"""
