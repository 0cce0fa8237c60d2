"""Changes of a revision in code that no test runs."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Container, Iterator, Sequence

from reloc_lsp.program.fingerprint import is_docstring, parse_unit
from reloc_lsp.program.unit import FunctionNode
from reloc_lsp.search.candidate import Task

BLOCK_FIELDS = ("body", "orelse", "finalbody")
DECLARATIONS = (ast.Global, ast.Nonlocal)
"""Statements that are never executed, so that no test can cover them."""

MAX_LINES = 5
"""Lines listed in a message; chosen by hand."""


def uncovered_changes(task: Task, source: str) -> str:
    """The uncovered statements that the revision `source` changes or removes, for example `lines 4, 9`.

    The numbers are those of the file's lines before the revision. The text is empty if there are none, or if the
    coverage is not known.
    """
    covered = task.evidence.suspicion
    if not covered:
        return ""
    # A method is parsed below a line `if`, so that its indentation is valid.
    shift = task.first_line - (2 if task.source[:1].isspace() else 1)
    covered_in_unit = {line - shift for line in covered}
    kept = Counter(ast.dump(node) for node in ast.walk(_function(source)) if isinstance(node, ast.stmt))
    lines = []
    for node in _uncovered(_function(task.source).body, covered_in_unit):
        dump = ast.dump(node)
        if kept[dump]:
            kept[dump] -= 1
        else:
            lines.append(node.lineno + shift)
    numbers = ", ".join(map(str, lines[:MAX_LINES])) + (", …" if len(lines) > MAX_LINES else "")
    return f"line{'s' if len(lines) > 1 else ''} {numbers}" if lines else ""


def _uncovered(block: Sequence[ast.stmt], covered: Container[int]) -> Iterator[ast.stmt]:
    """The outermost statements of a block that are not covered."""
    for node in block:
        if is_docstring(node) or isinstance(node, DECLARATIONS):
            continue
        if node.lineno not in covered:
            yield node
        elif not isinstance(node, ast.ClassDef):
            for holder in (node, *getattr(node, "handlers", ()), *getattr(node, "cases", ())):
                for field in BLOCK_FIELDS:
                    yield from _uncovered(getattr(holder, field, ()), covered)


def _function(source: str) -> ast.FunctionDef | ast.AsyncFunctionDef:
    (first, *_) = parse_unit(source).body
    function = first.body[0] if isinstance(first, ast.If) else first
    if not isinstance(function, FunctionNode):
        raise SyntaxError("the unit is not a function any more")
    return function
