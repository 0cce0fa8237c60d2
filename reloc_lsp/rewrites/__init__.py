"""A neighbourhood without a model: rewrites of the unit's syntax tree, spliced into its source text."""
