"""Code moved to another indentation, its strings left as they are."""

from __future__ import annotations

import ast

from reloc_lsp.program.fingerprint import is_docstring, parse_unit


def indentation_of(line: str) -> str:
    """The blanks that a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def moved(code: str, indentation: str) -> str:
    """`code`, whose lines end in line feeds, as it stands at another `indentation`.

    Raises `SyntaxError` where it does not parse.
    """
    lines = code.splitlines(keepends=True)
    first = next((line for line in lines if line.strip()), "")
    was = indentation_of(first)
    if was == indentation:
        return code
    fixed = _in_strings(code)
    return "".join(
        indentation + line[len(was) :] if line.startswith(was) and line.strip() and number not in fixed else line
        for number, line in enumerate(lines, start=1)
    )


def _in_strings(code: str) -> set[int]:
    """Numbers of the lines that begin inside a string, docstrings apart: their blanks are part of its value."""
    tree = parse_unit(code)
    # An indented text is parsed below a line of its own.
    below = 1 if isinstance(tree.body[0], ast.If) and not code.lstrip().startswith("if") else 0
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and is_docstring(node)}
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in docstrings:
            found.update(range(node.lineno + 1 - below, (node.end_lineno or node.lineno) + 1 - below))
    return found
