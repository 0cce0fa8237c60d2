"""Changes test modules so that every exception that leaves their code is noted (see `swallowed_assertions`).

An exception leaves the code of a test module in two ways: out of a function, and out of the block of a `with`. Both are
put into a `try` that notes the exception and raises it again. A run without an exception does not notice it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Union

from . import swallowed_assertions

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
With = Union[ast.With, ast.AsyncWith]


def note_exceptions(tree: ast.Module) -> None:
    """Change a test module's tree, in which pytest has rewritten the assertions."""
    place = next((n for n, node in enumerate(tree.body) if _imports_helpers(node)), None)
    if place is None:  # pytest leaves modules alone that ask for it
        return
    for node in list(ast.walk(tree)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            _note_function(node)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            _note_with(node)
    name = ast.alias(swallowed_assertions.__name__, swallowed_assertions.ALIAS)
    tree.body.insert(place, _located(ast.Import([name]), tree.body[place]))


def _imports_helpers(node: ast.stmt) -> bool:
    """Whether the statement is the first one that pytest's rewriting of assertions adds."""
    return isinstance(node, ast.Import) and any((name.asname or "").startswith("@") for name in node.names)


def _note_function(node: Function) -> None:
    first = 1 if ast.get_docstring(node, clean=False) is not None else 0
    if node.body[first:]:
        node.body[first:] = [_noted(node.body[first:], "left_function", [])]


def _note_with(node: With) -> None:
    node.body = [_noted(node.body, "left_with", list(_manager_names(node)))]


def _manager_names(node: With) -> Iterator[ast.expr]:
    """The names of what makes the context managers: `raises` of `pytest.raises(...)`; '' where it has no name."""
    for item in node.items:
        maker = item.context_expr.func if isinstance(item.context_expr, ast.Call) else item.context_expr
        name = maker.attr if isinstance(maker, ast.Attribute) else getattr(maker, "id", "")
        yield ast.Constant(name)


def _noted(block: list[ast.stmt], note: str, arguments: list[ast.expr]) -> ast.stmt:
    """The block in a `try` that calls the function `note` of `swallowed_assertions`."""
    function = ast.Attribute(ast.Name(swallowed_assertions.ALIAS, ast.Load()), note, ast.Load())
    handler = ast.ExceptHandler(None, None, [ast.Expr(ast.Call(function, arguments, [])), ast.Raise()])
    return _located(ast.Try(block, [handler], [], []), block[0])


def _located(made: ast.stmt, where: ast.stmt) -> ast.stmt:
    """`made` at the line of `where`; the nodes in it that have a position keep it."""
    made.lineno = made.end_lineno = where.lineno
    made.col_offset = made.end_col_offset = where.col_offset
    return ast.fix_missing_locations(made)
