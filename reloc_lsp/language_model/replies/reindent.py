"""Moves code to another indentation without changing the values of its strings."""

from __future__ import annotations

import ast

from reloc_lsp.program.fingerprint import is_docstring, parse_unit


def indentation_of(line: str) -> str:
    """The spaces and tabs at the beginning of a line."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def reindent(code: str, indentation: str) -> str:
    """`code`, whose lines end in line feeds, at another `indentation`; raises `SyntaxError` if it does not parse."""
    lines = code.splitlines(keepends=True)
    first = next((line for line in lines if line.strip()), "")
    old = indentation_of(first)
    if old == indentation:
        return code
    in_strings = _lines_in_strings(code)
    return "".join(
        indentation + line[len(old) :] if line.startswith(old) and line.strip() and number not in in_strings else line
        for number, line in enumerate(lines, start=1)
    )


def _lines_in_strings(code: str) -> set[int]:
    """Numbers of the lines that begin inside a string, except docstrings: their indentation is part of a value."""
    tree = parse_unit(code)
    # `parse_unit` puts a line of its own, an `if`, above indented code.
    offset = 1 if isinstance(tree.body[0], ast.If) and not code.lstrip().startswith("if") else 0
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and is_docstring(node)}
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in docstrings:
            found.update(range(node.lineno + 1 - offset, (node.end_lineno or node.lineno) + 1 - offset))
    return found
