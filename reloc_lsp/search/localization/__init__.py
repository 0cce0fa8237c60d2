"""Which lines of a version are suspicious, by what is known of the unchanged unit and of evaluated revisions.

Running tests does not belong here: `evaluation` collects the evidence.
"""
