"""What outlives a call: globals, and what runs when the function is defined."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.program.safety.attribute_rules import changed
from reloc_lsp.program.safety.finding import Finding
from reloc_lsp.program.safety.reading import Reading
from reloc_lsp.program.unit import FunctionNode

_SIMPLE = (
    ast.Attribute, ast.BinOp, ast.Constant, ast.expr_context, ast.Name, ast.operator, ast.Tuple, ast.UnaryOp,
    ast.unaryop,
)  # fmt: skip
"""Syntax that makes nothing that could keep a state, and calls nothing."""


def header(reading: Reading, node: FunctionNode) -> Iterator[Finding]:
    """The unit's decorators and default values run when its module is imported, and default values last."""
    if node is not reading.scope.function and reading.is_unit:
        return
    for decorator in node.decorator_list:
        yield Finding("decorates with", reading.word(decorator))
    for default in [*node.args.defaults, *(value for value in node.args.kw_defaults if value)]:
        if not all(isinstance(part, _SIMPLE) for part in ast.walk(default)):
            yield Finding("has the default", reading.word(default))
    for annotation in _annotations(node):
        if any(
            isinstance(part, ast.Call | ast.NamedExpr | ast.Lambda | ast.comprehension) for part in ast.walk(annotation)
        ):
            yield Finding("has the annotation", reading.word(annotation))


def global_statement(reading: Reading, node: ast.Global) -> Iterator[Finding]:
    """A global variable that is bound."""
    yield from (Finding("declares as global", name) for name in node.names)


def nonlocal_statement(reading: Reading, node: ast.Nonlocal) -> Iterator[Finding]:
    """A variable of a function around the unit. Python does not resolve those of a unit that is read alone."""
    if not reading.scope.is_resolved:
        yield from (Finding("declares as nonlocal", name) for name in node.names)


def item_change(reading: Reading, node: ast.Subscript) -> Iterator[Finding]:
    """An item that is set or deleted."""
    if not isinstance(node.ctx, ast.Load):
        yield from changed(reading, node, node.value)


def _annotations(node: FunctionNode) -> list[ast.expr]:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    found = [argument.annotation for argument in arguments if argument]
    return [annotation for annotation in [*found, node.returns] if annotation]
