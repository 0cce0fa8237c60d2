"""Changes test modules so that every exception that leaves their code is noted (see `swallowed_assertions`).

An exception leaves the code of a test module in two ways: out of a function, and out of the block of a `with`. Both are
put into a `try` that notes the exception and raises it again. A run without an exception does not notice it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeVar, Union

from . import swallowed_assertions

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
With = Union[ast.With, ast.AsyncWith]
Made = TypeVar("Made", bound=ast.stmt)


def note_exceptions(tree: ast.Module) -> None:
    """Change a test module's tree, in which pytest has rewritten the assertions."""
    index = next((n for n, node in enumerate(tree.body) if _imports_helpers(node)), None)
    if index is None:  # pytest leaves modules alone that ask for it
        return
    for node in list(_statements(tree)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            _note_function(node)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            _note_with(node)
    name = ast.alias(swallowed_assertions.__name__, swallowed_assertions.ALIAS)
    tree.body.insert(index, _located(ast.Import([name]), tree.body[index]))


def _statements(holder: ast.AST) -> Iterator[ast.AST]:
    """All statements in `holder`, without a visit to their expressions, which are most of a tree."""
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        for node in getattr(holder, field, ()):
            yield node
            yield from _statements(node)


def _imports_helpers(node: ast.stmt) -> bool:
    """Whether the statement is the first one that pytest's rewriting of assertions adds."""
    return isinstance(node, ast.Import) and any((name.asname or "").startswith("@") for name in node.names)


def _note_function(node: Function) -> None:
    first = int(_is_string(node.body[0]))
    if node.body[first:]:
        node.body[first:] = [_noted(node.body[first:], "left_function", [])]


def _is_string(node: ast.stmt) -> bool:
    """Whether the statement is a bare string, which is a docstring if it is the first one."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


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
    made = _located(ast.Try([], [handler], [], []), block[0])
    made.body = block
    return made


def _located(made: Made, where: ast.stmt) -> Made:
    """`made`, with the position of `where` for all that is in it."""
    for node in ast.walk(made):
        node.lineno = node.end_lineno = where.lineno  # type: ignore[attr-defined]
        node.col_offset = node.end_col_offset = where.col_offset  # type: ignore[attr-defined]
    return made
