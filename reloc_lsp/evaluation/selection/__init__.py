"""Which tests and which functions matter: test selection, suspect functions, fault localisation.

Not here: running them.
"""
