"""Proposals that wait for the user: shown, kept, applied as a versioned edit, or discarded.

Not here: finding them.
"""
