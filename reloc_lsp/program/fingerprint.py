"""When two revisions are the same program: equality in AST-normal form."""

from __future__ import annotations

import ast
import hashlib


def parse_unit(source: str) -> ast.Module:
    """Parse a unit's lines, whatever their indentation; raises `SyntaxError`, also where there is no code."""
    # A form feed sets the parser's column back to 0.
    leading = source[: len(source) - len(source.lstrip(" \t\f"))]
    tree = ast.parse("if 1:\n" + source if leading.rpartition("\f")[2] else source)
    if not tree.body:
        raise SyntaxError("there is no code")
    return tree


def fingerprint(source: str) -> str:
    """A digest equal for two units that differ only in layout, comments, docstrings or number spelling.

    Raises `SyntaxError` where the source does not parse.
    """
    tree = parse_unit(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and len(body) > 1 and is_docstring(body[0]):
            del body[0]
    return hashlib.blake2b(ast.dump(tree).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def is_docstring(node: ast.AST) -> bool:
    """Whether a statement is a bare string."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
