"""Code made from what is in scope: operands, conditions, ways to leave a block, small statements.

Operators choose where to put it. Not here: operators, and the order in which rewrites are tried.
"""
