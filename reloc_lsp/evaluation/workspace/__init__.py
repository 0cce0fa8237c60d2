"""The scratch copy of the user's workspace: copied or mounted read-only, kept apart, cleaned up.

Not here: what runs in it.
"""
