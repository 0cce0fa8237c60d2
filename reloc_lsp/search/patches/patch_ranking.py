"""Patch ranking: which of the revisions that pass every test would a person have written?

Several revisions usually pass, and some of them are overfitted: they satisfy the tests without being right.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from reloc_lsp.program.differences.distance import revision_distance
from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.program.subtrees import Subtrees
from reloc_lsp.search.candidate import Candidate, Node, Task

Number = Callable[[ast.AST], int]
"""A number for each node, equal for equal subtrees; see `Subtrees`."""

PRIOR_WEIGHT, SIZE_WEIGHT, COPIED_CONSTANT_WEIGHT, SMELL_WEIGHT = -0.6, 0.25, 2.5, 2.0
"""Implausibility per unit of the maker's prior (a log-likelihood), per changed token, per constant copied from the
tests, and per code smell. Chosen by hand."""
OVERFITTING_THRESHOLD = 3.0
"""Implausibility above which a revision counts as likely overfitted.

Of the bugs written by hand, the revision ranked first was right for 45 of 52 below, and for 19 of 26 above."""
_COMMON_CONSTANTS = {"0", "1", "-1", "2", "''", "True", "False", "None"}
"""Constants that are too common to count as copied from a test."""


def rank_patches(task: Task, passing: Sequence[Node]) -> list[Node]:
    """The most plausible revision first; of equally plausible ones the one found first.

    Two long revisions may take a second, so this does not belong on an event loop.
    """
    if len(passing) == 1:
        return list(passing)
    return sorted(passing, key=lambda node: (round(implausibility(task, node.candidate), 6), node.identity))


def implausibility(task: Task, candidate: Candidate) -> float:
    """How unlikely a person would have written this; lower is better, and only differences count.

    A weighted sum of the maker's prior, the size in tokens, the constants copied from tests, and the code smells.
    """
    size = revision_distance(_without_none_tests(task.source), _without_none_tests(candidate.source))
    copied = len(copied_constants(task, candidate))
    return (
        PRIOR_WEIGHT * candidate.prior
        + SIZE_WEIGHT * size
        + COPIED_CONSTANT_WEIGHT * copied
        + SMELL_WEIGHT * code_smells(task, candidate)
    )


def is_likely_overfitted(task: Task, candidate: Candidate) -> bool:
    """Whether it took two or more revisions, or was made by rewrites and is implausible.

    A model's candidates have no prior that could be compared, so that only the number of revisions counts for them.
    """
    return candidate.depth >= 2 or (candidate.trusted and implausibility(task, candidate) > OVERFITTING_THRESHOLD)


def _without_none_tests(source: str) -> str:
    """The source with `is None` and `is not None` removed, so that they cost no more than a test for truth."""
    return re.sub(r" is (not )?None\b", "", source)


def copied_constants(task: Task, candidate: Candidate) -> list[str]:
    """Constants that the revision adds and that are in the tests, but not in the unit or its docstring."""
    added = _constants(candidate.source) - _constants(task.source) - _COMMON_CONSTANTS - set(task.docstring_constants)
    return sorted(added & task.test_literals)


def code_smells(task: Task, candidate: Candidate) -> int:
    """Number of code smells that the revision adds: useless or strange constructs, and variables never read."""
    unread = _unread(candidate.source) - _unread(task.source)
    return max(0, _smells(candidate.source) - _smells(task.source)) + len(unread)


def _unread(source: str) -> set[str]:
    """Names that are assigned and never read."""
    names = [node for node in ast.walk(parse_unit(source)) if isinstance(node, ast.Name)]
    read = {node.id for node in names if not isinstance(node.ctx, ast.Store)}
    return {node.id for node in names if isinstance(node.ctx, ast.Store)} - read


def _constants(source: str) -> set[str]:
    return {repr(node.value) for node in ast.walk(parse_unit(source)) if isinstance(node, ast.Constant)}


def _smells(source: str) -> int:
    tree = parse_unit(source)
    number = Subtrees(tree).number
    return sum(_is_smell(node, number) for node in ast.walk(tree))


def _is_smell(node: ast.AST, number: Number) -> bool:
    comparing = (_strange_arithmetic, _strange_logic, _strange_statement, _repeated)
    return _neutral_operand(node) or _unreachable(node) or any(test(node, number) for test in comparing)


def _neutral_operand(node: ast.AST) -> bool:
    match node:
        case ast.BinOp(op=ast.Add() | ast.Sub(), right=ast.Constant(value=0)):
            return True
        case ast.BinOp(op=ast.Mult() | ast.Div() | ast.FloorDiv() | ast.Pow(), right=ast.Constant(value=1)):
            return True
        case ast.BinOp(op=ast.Mult(), left=ast.Constant(value=1)) | ast.BinOp(op=ast.Add(), left=ast.Constant(value=0)):
            return True
        case _:
            return False


def _strange_arithmetic(node: ast.AST, number: Number) -> bool:
    match node:
        case ast.BinOp(op=ast.Div() | ast.FloorDiv(), right=ast.Constant(value=float())):
            return True
        case ast.BinOp(left=left, right=right) if number(left) == number(right):
            return not isinstance(node.op, ast.Mult | ast.Add)
        case ast.BinOp(left=ast.BinOp(right=ast.Constant()) as inner, right=ast.Constant()):
            return isinstance(node.op, ast.Add | ast.Sub) and isinstance(inner.op, ast.Add | ast.Sub)
        case _:
            return False


def _strange_logic(node: ast.AST, number: Number) -> bool:
    match node:
        case ast.Compare(left=left, comparators=[right]):
            return number(left) == number(right)
        case ast.BoolOp(values=values):
            return len(set(map(number, values))) < len(values)
        case ast.UnaryOp(op=ast.Not(), operand=ast.UnaryOp(op=ast.Not())):
            return True
        case _:
            return False


def _strange_statement(node: ast.AST, number: Number) -> bool:
    match node:
        case ast.If(test=ast.Constant()) | ast.IfExp(test=ast.Constant()):
            return True
        case ast.ExceptHandler(
            type=None | ast.Name(id="Exception" | "BaseException"),
            body=[ast.Pass() | ast.Continue() | ast.Return(value=None | ast.Constant(value=None))],
        ):
            return True  # it hides every error
        case ast.Expr(value=ast.Compare() | ast.BoolOp() | ast.BinOp() | ast.UnaryOp() | ast.Name()):
            return True
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=other)):
            return name == other
        case ast.If(body=body, orelse=orelse):
            return bool(orelse) and list(map(number, body)) == list(map(number, orelse))
        case _:
            return False


def _unreachable(node: ast.AST) -> bool:
    body = getattr(node, "body", None)
    if not isinstance(body, list):
        return False
    return any(isinstance(s, ast.Return | ast.Raise | ast.Break | ast.Continue) for s in body[:-1])


def _repeated(node: ast.AST, number: Number) -> bool:
    """Whether two statements in a row are the same."""
    blocks = [block for name in ("body", "orelse", "finalbody") if isinstance(block := getattr(node, name, None), list)]
    return any(number(one) == number(other) for block in blocks for one, other in pairwise(block))
