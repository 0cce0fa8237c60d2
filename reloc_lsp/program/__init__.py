"""Static facts about source text.

Here: units (functions, methods, classes), spans and edits, fingerprints, scopes and bounds; in rooms of their own how
versions differ, how text is shown, the powers of code, and the safety lint.
Not here: anything that runs code, reads a workspace or belongs to a search.
"""
