"""Which subtrees of a syntax tree are equal, found in one pass: `ast.dump` of every node takes hours on deep trees."""

from __future__ import annotations

import ast
from collections.abc import Hashable


class Subtrees:
    """Numbers for the nodes of `tree`: equal for two nodes whose subtrees differ in nothing but their positions."""

    def __init__(self, tree: ast.AST) -> None:
        self._numbers: dict[int, int] = {}
        self._tree = tree  # the numbers are found by identity
        known: dict[tuple[Hashable, ...], int] = {}
        # Children come after their parents in `ast.walk`.
        for node in reversed(list(ast.walk(tree))):
            key = (type(node), *(self._part(getattr(node, name, None)) for name in node._fields))
            self._numbers[id(node)] = known.setdefault(key, len(known))

    def number(self, node: ast.AST) -> int:
        """The number of a node of the tree."""
        return self._numbers[id(node)]

    def _part(self, value: object) -> Hashable:
        if isinstance(value, ast.AST):
            return self._numbers[id(value)]
        if isinstance(value, list):
            return tuple(map(self._part, value))
        return type(value), repr(value)
