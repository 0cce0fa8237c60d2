"""Static facts about source text.

Here: units (functions, methods, classes), spans and edits, fingerprints, revision distance, scopes, the safety lint.
Not here: anything that runs code, reads a workspace or belongs to a search.
"""
