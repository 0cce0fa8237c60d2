"""The unit's text as rewrites read and edit it: statements, bindings, context, formatting, precedence.

Not here: which rewrite to make.
"""
