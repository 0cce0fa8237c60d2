"""Exceptions: no failed assertion may be swallowed, and nothing that ends the process or the test."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from reloc_lsp.program.safety.finding import Finding
from reloc_lsp.program.safety.reading import Reading


def handler(reading: Reading, node: ast.ExceptHandler) -> Iterator[Finding]:
    """What a handler catches."""
    if node.type is None:
        yield Finding("catches everything by", "a bare except")
    else:
        yield from caught(reading, node.type)


def caught(reading: Reading, node: ast.expr) -> Iterator[Finding]:
    """The exceptions that a handler or `contextlib.suppress` names."""
    match node:
        case ast.Tuple(elts=elements):
            for element in elements:
                yield from caught(reading, element)
        case ast.Attribute():
            return
        case ast.Name(id=name) if reading.scope.may_be_free(name):
            if name == "AssertionError":
                yield Finding("catches", name)
        case _:
            yield Finding("catches what it computes as", reading.word(node))


def suppressed(reading: Reading, node: ast.Call) -> Iterator[Finding]:
    """The arguments of `contextlib.suppress` are caught."""
    if reading.scope.path(node.func) == "contextlib.suppress":
        for argument in node.args:
            yield from caught(reading, argument)


def try_statement(reading: Reading, node: ast.Try) -> Iterator[Finding]:
    """What leaves a `finally` block replaces the exception that is on its way."""
    if _leaves(node.finalbody, in_loop=False):
        yield Finding("leaves", "a finally block")


def is_raised(reading: Reading, node: ast.expr) -> bool:
    """Whether an exception class is only named to raise it."""
    parent = reading.parent(node)
    if isinstance(parent, ast.Call) and parent.func is node:
        parent = reading.parent(parent)
    return isinstance(parent, ast.Raise)


def _leaves(statements: Sequence[ast.stmt], in_loop: bool) -> bool:
    for statement in statements:
        match statement:
            case ast.Return() | ast.Raise():
                return True
            case ast.Break() | ast.Continue() if not in_loop:
                return True
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                continue
        inner = in_loop or isinstance(statement, ast.For | ast.AsyncFor | ast.While)
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            blocks = getattr(statement, field, [])
            for block in [part.body for part in blocks] if field in ("handlers", "cases") else [blocks]:
                if _leaves(block, inner):
                    return True
    return False
