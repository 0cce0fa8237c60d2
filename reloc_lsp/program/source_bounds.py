"""The bounds of a version written by a model, so that no later stage meets code too long or too deep for it.

Later stages walk the syntax tree of a version by recursion, compare it token by token with the original, and rewrite
it. So what exceeds a bound is refused where a reply is parsed, and nowhere else.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

MAX_CHARACTERS = 20_000
"""Characters that a version may have, however short the original is. Of 54,457 functions of the standard library and
of common packages, one in a thousand has more than 16,163."""
MAX_NODES = 4_000
"""Syntax nodes that a version may have, however small the original is. Of the same functions, one in ten thousand has
more than 1,972."""
MAX_DEPTH = 100
"""Levels of syntax nodes inside each other. The deepest of the same functions has 40. `ast.unparse` takes up to six
Python frames a level, and Python allows 1,000 in all."""
MAX_GROWTH = 4
"""How many times the characters and nodes of a large original a version may have. Chosen by hand."""

_UNCOUNTED = (ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop)


@dataclass(frozen=True, slots=True)
class SourceBounds:
    """The most characters, syntax nodes and levels of nodes that a version of a function may have."""

    characters: int
    nodes: int
    depth: int

    @classmethod
    def around(cls, source: str, tree: ast.AST) -> SourceBounds:
        """The bounds for versions of the function `source`, whose syntax tree is `tree`."""
        nodes, depth = tree_size(tree)
        return cls(
            max(MAX_CHARACTERS, MAX_GROWTH * len(source)), max(MAX_NODES, MAX_GROWTH * nodes), max(MAX_DEPTH, depth)
        )

    def excess(self, source: str, tree: ast.AST) -> str:
        """What is too much about the version `source` with the syntax tree `tree`; empty if it is within the bounds."""
        if len(source) > self.characters:
            return f"the function has more than {self.characters:,} characters"
        nodes, depth = tree_size(tree)
        if depth > self.depth:
            return f"the function is nested more than {self.depth} levels deep"
        return f"the function has more than {self.nodes:,} syntax nodes" if nodes > self.nodes else ""


def tree_size(tree: ast.AST) -> tuple[int, int]:
    """The number of nodes of a tree and its depth, found level by level: recursion would be bounded itself."""
    nodes, depth, level = 0, 0, [tree]
    while level:
        nodes, depth = nodes + len(level), depth + 1
        level = [child for node in level for child in ast.iter_child_nodes(node) if not isinstance(child, _UNCOUNTED)]
    return nodes, depth
