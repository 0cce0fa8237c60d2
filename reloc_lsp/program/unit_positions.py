"""The syntax tree of a function and the positions of its nodes in the function's own lines."""

from __future__ import annotations

import ast

from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.program.source_text import LineIndex
from reloc_lsp.program.unit import FunctionNode


class UnitPositions:
    """A function's lines `source` with its syntax tree. Lines are those of the source, from 1.

    Raises what `parse_unit` raises, and `SyntaxError` if the text is no function.
    """

    def __init__(self, source: str) -> None:
        self.text = source
        tree = parse_unit(source)
        self._shift = 0 if isinstance(tree.body[0], FunctionNode) else 1
        self.index = LineIndex(source)
        function = tree.body[0].body[0] if isinstance(tree.body[0], ast.If) else tree.body[0]
        if not isinstance(function, FunctionNode):
            raise SyntaxError("the unit is not a function")
        self.function = function

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Offsets of `node` in the text."""
        start = self.index.offset(self.line(node), node.col_offset)  # type: ignore[attr-defined]
        end = self.index.offset(node.end_lineno - self._shift, node.end_col_offset)  # type: ignore[attr-defined]
        return start, end

    def line(self, node: ast.AST) -> int:
        """Line of the text on which `node` begins."""
        return int(node.lineno) - self._shift  # type: ignore[attr-defined]

    def last_line(self, node: ast.AST) -> int:
        """Line of the text on which `node` ends."""
        return int(node.end_lineno) - self._shift  # type: ignore[attr-defined]
