"""The size of a unit in syntax nodes."""

from __future__ import annotations

import ast

from reloc_lsp.program.fingerprint import is_docstring, parse_unit
from reloc_lsp.program.unit import FunctionNode

_UNCOUNTED = (ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop, ast.Module)
_BLOCKS = ("body", "orelse", "finalbody")


def syntax_nodes(source: str) -> int:
    """Number of expressions, statements and blocks of a unit, without its docstring.

    An operator belongs to its expression, so that `a + b` counts three. A block counts one, so that a needless `else`
    makes a unit larger; an `elif` adds no block. Raises `SyntaxError` if the source does not parse.
    """
    tree = parse_unit(source)
    return sum(_count(node) for node in ast.walk(tree)) - _wrapper_size(tree)


def _wrapper_size(tree: ast.Module) -> int:
    """The number of nodes that only wrap an indented unit (see `parse_unit`)."""
    return 3 if isinstance(tree.body[0], ast.If) and isinstance(tree.body[0].body[0], FunctionNode) else 0


def _count(node: ast.AST) -> int:
    if isinstance(node, _UNCOUNTED):
        return 0
    blocks = [block for block in (getattr(node, field, None) for field in _BLOCKS) if isinstance(block, list) and block]
    chained = isinstance(node, ast.If) and [type(inner) for inner in node.orelse] == [ast.If]
    documented = isinstance(node, FunctionNode | ast.ClassDef) and is_docstring(node.body[0])
    return 1 + len(blocks) - chained - 2 * documented
