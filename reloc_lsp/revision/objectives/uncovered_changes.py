"""Changes of a revision in code that no test runs."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from difflib import SequenceMatcher

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
    original = _function(task.source)
    statements = _statements(original)
    kept = _kept([ast.dump(node) for node in statements], [ast.dump(node) for node in _statements(_function(source))])
    uncovered = set(_uncovered(original.body, covered_in_unit))
    changed = [node for node, stays in zip(statements, kept, strict=True) if node in uncovered and not stays]
    lines = [node.lineno + shift for node in changed]
    numbers = ", ".join(map(str, lines[:MAX_LINES])) + (", …" if len(lines) > MAX_LINES else "")
    return f"line{'s' if len(lines) > 1 else ''} {numbers}" if lines else ""


def _statements(function: ast.AST) -> list[ast.stmt]:
    """Every statement in a function, in source order."""
    found = [node for node in ast.walk(function) if isinstance(node, ast.stmt)]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def _kept(before: Sequence[str], after: Sequence[str]) -> list[bool]:
    """For each text of `before`, whether it stays: at its place, or elsewhere without a loss among its equals."""
    counts_before, counts_after = Counter(before), Counter(after)
    kept = [counts_after[text] >= counts_before[text] for text in before]
    for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        kept[block.a : block.a + block.size] = [True] * block.size
    return kept


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
