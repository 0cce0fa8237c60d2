"""Compiles expressions so that they raise an error where they would compute for a very long time or fill the memory.

A process cannot interrupt itself inside one operation, and a mutation operator easily writes `2**3**99`.
"""

from __future__ import annotations

import ast
import types
from typing import Any

MAX_BITS = 20_000
"""Bits of an integer that an operation may make, about 6,000 decimal digits. Chosen by hand."""
MAX_LENGTH = 200_000
"""Elements of a sequence that an operation may make. Chosen by hand."""
_UNBOUNDED = ("*", "<<", "range", "pow")
"""A text without any of these is compiled as it is."""


class BoundedOperators:
    """Operations that raise `OverflowError` in place of making a very large value.

    The code from `compile_expression` finds them under the name `NAME`.
    """

    NAME = "__reloc_bounded__"

    @staticmethod
    def power(base: Any, exponent: Any) -> Any:
        """`base ** exponent`."""
        if isinstance(base, int) and isinstance(exponent, int) and base.bit_length() * exponent > MAX_BITS:
            raise OverflowError("too large to try")
        return base**exponent

    @staticmethod
    def shift(number: Any, by: Any) -> Any:
        """`number << by`."""
        if isinstance(by, int) and by > MAX_BITS:
            raise OverflowError("too large to try")
        return number << by

    @staticmethod
    def times(left: Any, right: Any) -> Any:
        """`left * right`."""
        for one, other in ((left, right), (right, left)):
            if isinstance(one, int) and isinstance(other, (str, bytes, list, tuple)) and one * len(other) > MAX_LENGTH:
                raise OverflowError("too large to try")
        if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > MAX_BITS:
            raise OverflowError("too large to try")
        return left * right

    @staticmethod
    def range(*bounds: Any) -> range:
        """`range(*bounds)`."""
        result = range(*bounds)
        if len(result) > MAX_LENGTH:
            raise OverflowError("too large to try")
        return result


_OPERATORS = {ast.Pow: "power", ast.LShift: "shift", ast.Mult: "times"}
_FUNCTIONS = {"range": "range", "pow": "power"}


class _UseBoundedOperators(ast.NodeTransformer):
    # The names that `ast.NodeVisitor` looks for.
    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        name = _OPERATORS.get(type(node.op))
        return _call(name, [node.left, node.right]) if name else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = _FUNCTIONS.get(getattr(node.func, "id", ""))
        plain = not node.keywords and (name == "range" or len(node.args) == 2)
        return _call(name, node.args) if name and plain else node


def compile_expression(text: str) -> types.CodeType:
    """The code of an expression. For a text that does not compile, code that raises `ZeroDivisionError`."""
    try:
        if not any(mark in text for mark in _UNBOUNDED):
            return compile(text, "<site>", "eval")
        tree = _UseBoundedOperators().visit(ast.parse(text, mode="eval"))
        return compile(ast.fix_missing_locations(tree), "<site>", "eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return compile("1 / 0", "<site>", "eval")


def _call(name: str, arguments: list[ast.expr]) -> ast.Call:
    return ast.Call(ast.Attribute(ast.Name(BoundedOperators.NAME, ast.Load()), name, ast.Load()), arguments, [])
