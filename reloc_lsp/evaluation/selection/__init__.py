"""Which tests and which functions matter: test selection, fault localization, suspect functions.

Not here: running the tests (`tiers/`), and measuring the baseline (`baseline/`).
"""
