"""What a revision changes where no test looks."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Container, Iterator, Sequence

from reloc_lsp.program.fingerprint import is_docstring, parse_unit
from reloc_lsp.program.unit import FunctionNode
from reloc_lsp.search.candidate import Task

_BLOCKS = ("body", "orelse", "finalbody")
_NEVER_RUN = (ast.Global, ast.Nonlocal)
MOST_LINES = 5


def untested_changes(task: Task, source: str) -> str:
    """The file's lines, in words, of statements that no test runs and that do not stand in `source` as they were.

    Empty where there are none, or where it is not known what runs.
    """
    reached = task.evidence.suspicion
    if not reached:
        return ""
    shift = task.first_line - (2 if task.source[:1].isspace() else 1)
    reached_here = {line - shift for line in reached}
    kept = Counter(ast.dump(node) for node in ast.walk(_function(source)) if isinstance(node, ast.stmt))
    lines = []
    for node in _unread(_function(task.source).body, reached_here):
        mark = ast.dump(node)
        if kept[mark]:
            kept[mark] -= 1
        else:
            lines.append(node.lineno + shift)
    numbers = ", ".join(map(str, lines[:MOST_LINES])) + (", …" if len(lines) > MOST_LINES else "")
    return f"line{'s' if len(lines) > 1 else ''} {numbers}" if lines else ""


def _unread(block: Sequence[ast.stmt], reached: Container[int]) -> Iterator[ast.stmt]:
    """The outermost statements that are not reached."""
    for node in block:
        if is_docstring(node) or isinstance(node, _NEVER_RUN):
            continue
        if node.lineno not in reached:
            yield node
        elif not isinstance(node, ast.ClassDef):
            for holder in (node, *getattr(node, "handlers", ()), *getattr(node, "cases", ())):
                for field in _BLOCKS:
                    yield from _unread(getattr(holder, field, ()), reached)


def _function(source: str) -> ast.FunctionDef | ast.AsyncFunctionDef:
    (first, *_) = parse_unit(source).body
    function = first.body[0] if isinstance(first, ast.If) else first
    if not isinstance(function, FunctionNode):
        raise SyntaxError("the unit is not a function any more")
    return function
