"""Instrumentation of the unit: its own code with a call of the probe before every statement."""

from __future__ import annotations

import ast
from typing import Union

PROBE = "__reloc_probe__"
"""The builtin name under which the instrumented code finds the probe."""


def instrumented(tree: ast.Module, first: int, last: int) -> ast.Module:
    """`tree` with `__reloc_probe__(line)` before every statement of functions that begin between the two lines.

    The values that these functions return are passed through `__reloc_probe__.returned`.
    """
    _Instrumenter(first, last).visit(tree)
    ast.fix_missing_locations(tree)
    return tree


class UnitTransformer(ast.NodeTransformer):
    """Changes the nodes in functions that begin between the lines `first` and `last`, inner nodes first."""

    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last
        self.depth = 0

    def change(self, node: ast.AST) -> None:
        """Change the node, whose children are changed already."""
        raise NotImplementedError

    def probe_call(self, node: Union[ast.expr, ast.stmt]) -> ast.Call:
        """The call of the probe that stands before `node`."""
        raise NotImplementedError

    def _visit_function(self, node: Union[ast.FunctionDef, ast.AsyncFunctionDef]) -> ast.AST:
        inside = self.first <= node.lineno <= self.last
        self.depth += inside
        self.generic_visit(node)
        self.depth -= inside
        return node

    # The names that `ast.NodeVisitor` looks for.
    visit_FunctionDef = visit_AsyncFunctionDef = _visit_function  # noqa: N815

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Change the children of a node, put calls of the probe into its blocks, and change the node itself."""
        super().generic_visit(node)
        if self.depth:
            for field in ("body", "orelse", "finalbody"):
                block = getattr(node, field, None)
                if isinstance(block, list) and block and not isinstance(node, ast.ClassDef):
                    setattr(node, field, self._with_probe_calls(block))
            self.change(node)
        return node

    def _with_probe_calls(self, block: list[ast.stmt]) -> list[ast.stmt]:
        probed: list[ast.stmt] = []
        for position, statement in enumerate(block):
            docstring = position == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            declaration = isinstance(statement, (ast.Global, ast.Nonlocal))
            if not (docstring or declaration):
                probed.append(ast.copy_location(ast.Expr(self.probe_call(statement)), statement))
            probed.append(statement)
        return probed


class _Instrumenter(UnitTransformer):
    def change(self, node: ast.AST) -> None:
        """Probe the condition of a loop, and the value that is returned."""
        if isinstance(node, ast.While):
            node.test = ast.BoolOp(ast.Or(), [_probe_call(node.test), node.test])
        if isinstance(node, ast.Return) and node.value is not None:
            node.value = _passed_through_probe(node.value, node.lineno)

    def probe_call(self, node: Union[ast.expr, ast.stmt]) -> ast.Call:
        """The call with the line of `node`."""
        return _probe_call(node)


def call_of_probe(node: ast.AST, argument: int) -> ast.Call:
    """A call of the probe with a number, at the place of `node`."""
    return ast.copy_location(ast.Call(ast.Name(PROBE, ast.Load()), [ast.Constant(argument)], []), node)


def _probe_call(node: Union[ast.expr, ast.stmt]) -> ast.Call:
    return call_of_probe(node, node.lineno)


def _passed_through_probe(value: ast.expr, line: int) -> ast.Call:
    name = ast.Attribute(ast.Name(PROBE, ast.Load()), "returned", ast.Load())
    return ast.copy_location(ast.Call(name, [ast.Constant(line), value], []), value)
