"""Rewrites that keep behaviour by construction, for the objectives `simplify` and `speed-up`.

Not here: rewrites that are meant to change what a function does (`operators`).
"""
