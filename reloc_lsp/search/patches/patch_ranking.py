"""Choosing among revisions that all pass: passing is not being right, and several usually pass."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from itertools import pairwise

from reloc_lsp.program.distance import revision_distance
from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.search.candidate import Candidate, Node, Task

BELIEVABLE = 3.0
"""Of the bugs written by hand, 45 of 52 choices up to it were right, and 19 of 26 beyond."""
_PLAIN = {"0", "1", "-1", "2", "''", "True", "False", "None"}


def ranked(task: Task, passing: Sequence[Node]) -> list[Node]:
    """The most believable revision first."""
    return sorted(passing, key=lambda node: (round(disbelief(task, node.candidate), 6), node.identity))


def disbelief(task: Task, candidate: Candidate) -> float:
    """How unlikely it is that a person would have written this: 0 and more, lower is better.

    Counts what its maker thought of it, its size, constants copied from tests, and silly or dead expressions.
    """
    size = revision_distance(_plainly(task.source), _plainly(candidate.source))
    copied = len(copied_constants(task, candidate))
    return -0.6 * candidate.prior + 0.25 * size + 2.5 * copied + 2.0 * oddities(task, candidate)


def is_believable(task: Task, candidate: Candidate) -> bool:
    """Whether a person may well have written this: by one edit, and without anything strange about it.

    Of what a model wrote only the number of edits tells: it thought nothing of them that could be compared.
    """
    return candidate.depth < 2 and (not candidate.trusted or disbelief(task, candidate) <= BELIEVABLE)


def _plainly(source: str) -> str:
    """The source with tests for `None` as short as tests for truth: being precise costs nothing."""
    return re.sub(r" is (not )?None\b", "", source)


def copied_constants(task: Task, candidate: Candidate) -> list[str]:
    """Constants the revision brought in that are written in the tests and nowhere in the unit or its docstring."""
    brought = _constants(candidate.source) - _constants(task.source) - _PLAIN - set(task.told)
    return sorted(brought & task.test_literals)


def oddities(task: Task, candidate: Candidate) -> int:
    """What the revision does for nothing or says strangely, and the original did not: values nobody reads as well."""
    unread = _unread(candidate.source) - _unread(task.source)
    return max(0, _odd(candidate.source) - _odd(task.source)) + len(unread)


def _unread(source: str) -> set[str]:
    """Local names that are set and never read."""
    names = [node for node in ast.walk(parse_unit(source)) if isinstance(node, ast.Name)]
    read = {node.id for node in names if not isinstance(node.ctx, ast.Store)}
    return {node.id for node in names if isinstance(node.ctx, ast.Store)} - read


def _constants(source: str) -> set[str]:
    return {repr(node.value) for node in ast.walk(parse_unit(source)) if isinstance(node, ast.Constant)}


def _odd(source: str) -> int:
    return sum(_is_odd(node) for node in ast.walk(parse_unit(source)))


def _is_odd(node: ast.AST) -> bool:
    tests = (_neutral_operand, _odd_arithmetic, _odd_logic, _odd_statement, _unreachable, _repeated)
    return any(test(node) for test in tests)


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


def _odd_arithmetic(node: ast.AST) -> bool:
    match node:
        case ast.BinOp(op=ast.Div() | ast.FloorDiv(), right=ast.Constant(value=float())):
            return True
        case ast.BinOp(left=left, right=right) if ast.dump(left) == ast.dump(right):
            return not isinstance(node.op, ast.Mult | ast.Add)
        case ast.BinOp(left=ast.BinOp(right=ast.Constant()) as inner, right=ast.Constant()):
            return isinstance(node.op, ast.Add | ast.Sub) and isinstance(inner.op, ast.Add | ast.Sub)
        case _:
            return False


def _odd_logic(node: ast.AST) -> bool:
    match node:
        case ast.Compare(left=left, comparators=[right]):
            return ast.dump(left) == ast.dump(right)
        case ast.BoolOp(values=values):
            return len({ast.dump(v) for v in values}) < len(values)
        case ast.UnaryOp(op=ast.Not(), operand=ast.UnaryOp(op=ast.Not())):
            return True
        case _:
            return False


def _odd_statement(node: ast.AST) -> bool:
    match node:
        case ast.If(test=ast.Constant()) | ast.IfExp(test=ast.Constant()):
            return True
        case ast.ExceptHandler(
            type=None | ast.Name(id="Exception" | "BaseException"),
            body=[ast.Pass() | ast.Continue() | ast.Return(value=None | ast.Constant(value=None))],
        ):
            return True  # whatever goes wrong there, nobody hears of it
        case ast.Expr(value=ast.Compare() | ast.BoolOp() | ast.BinOp() | ast.UnaryOp() | ast.Name()):
            return True
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=other)):
            return name == other
        case ast.If(body=body, orelse=orelse):
            return bool(orelse) and [ast.dump(s) for s in body] == [ast.dump(s) for s in orelse]
        case _:
            return False


def _unreachable(node: ast.AST) -> bool:
    body = getattr(node, "body", None)
    if not isinstance(body, list):
        return False
    return any(isinstance(s, ast.Return | ast.Raise | ast.Break | ast.Continue) for s in body[:-1])


def _repeated(node: ast.AST) -> bool:
    """Whether a statement is done once more right away."""
    blocks = [block for name in ("body", "orelse", "finalbody") if isinstance(block := getattr(node, name, None), list)]
    return any(ast.dump(one) == ast.dump(other) for block in blocks for one, other in pairwise(block))
