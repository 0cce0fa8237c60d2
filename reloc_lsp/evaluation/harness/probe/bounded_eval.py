"""Expressions made safe to try: what would compute for ages or fill the memory raises instead.

Nothing ends a computation inside of one operation from within the process, and a rewrite easily writes `2**3**99`.
"""

from __future__ import annotations

import ast
import types
from typing import Any

MOST_BITS = 20_000
LONGEST = 200_000
_DOUBTFUL = ("*", "<<", "range", "pow")


class Careful:
    """Operations that refuse to make what is very large. Named `__reloc_careful__` in the code of `compiled`."""

    NAME = "__reloc_careful__"

    @staticmethod
    def power(base: Any, exponent: Any) -> Any:
        """`base ** exponent`."""
        if isinstance(base, int) and isinstance(exponent, int) and base.bit_length() * exponent > MOST_BITS:
            raise OverflowError("too large to try")
        return base**exponent

    @staticmethod
    def shift(number: Any, by: Any) -> Any:
        """`number << by`."""
        if isinstance(by, int) and by > MOST_BITS:
            raise OverflowError("too large to try")
        return number << by

    @staticmethod
    def times(left: Any, right: Any) -> Any:
        """`left * right`."""
        for one, other in ((left, right), (right, left)):
            if isinstance(one, int) and isinstance(other, (str, bytes, list, tuple)) and one * len(other) > LONGEST:
                raise OverflowError("too large to try")
        if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > MOST_BITS:
            raise OverflowError("too large to try")
        return left * right

    @staticmethod
    def range(*bounds: Any) -> range:
        """`range(*bounds)`."""
        made = range(*bounds)
        if len(made) > LONGEST:
            raise OverflowError("too large to try")
        return made


_OPERATORS = {ast.Pow: "power", ast.LShift: "shift", ast.Mult: "times"}
_FUNCTIONS = {"range": "range", "pow": "power"}


class _Replace(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        name = _OPERATORS.get(type(node.op))
        return _call(name, [node.left, node.right]) if name else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = _FUNCTIONS.get(getattr(node.func, "id", ""))
        plain = not node.keywords and (name == "range" or len(node.args) == 2)
        return _call(name, node.args) if name and plain else node


def compiled(text: str) -> types.CodeType:
    """Code of an expression; of one that does not compile, code that raises."""
    try:
        if not any(mark in text for mark in _DOUBTFUL):
            return compile(text, "<site>", "eval")
        tree = _Replace().visit(ast.parse(text, mode="eval"))
        return compile(ast.fix_missing_locations(tree), "<site>", "eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return compile("1 / 0", "<site>", "eval")


def _call(name: str, arguments: list[ast.expr]) -> ast.Call:
    return ast.Call(ast.Attribute(ast.Name(Careful.NAME, ast.Load()), name, ast.Load()), arguments, [])
