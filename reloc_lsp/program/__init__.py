"""Source text and what can be said of it without running it.

Here: units (functions, methods, classes), spans and edits, fingerprints, revision distance, scopes, the safety lint.
Not here: anything that runs code, reads a workspace or knows of a search.
"""
