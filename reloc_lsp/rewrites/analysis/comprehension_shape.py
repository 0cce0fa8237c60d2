"""Loops that can be written as a comprehension: their clauses, and the block inside them."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from reloc_lsp.rewrites.analysis.name_usage import blocks_comprehension, escapes_loop, names_in
from reloc_lsp.rewrites.source.bindings import UnitNames
from reloc_lsp.rewrites.source.precedence import parenthesized

_CLAUSE = ast.comprehension(ast.Name("_"), ast.Name("_"), [], 0)


@dataclass(frozen=True, slots=True)
class LoopShape:
    """The `for ...` and `if ...` clauses of a loop, outermost first, and the block inside all of them.

    `test` is the condition of the last clause, if it is an `if`. `depth` is the number of `for` clauses.
    """

    loop: ast.For
    clauses: tuple[str, ...]
    block: list[ast.stmt]
    test: ast.expr | None
    depth: int

    def with_element(self, element: str, *, without_test: bool = False) -> str:
        """`element for ... if ...`, without the last condition if that is the element."""
        return " ".join([element, *(self.clauses[:-1] if without_test else self.clauses)])


def loop_shape(ctx: UnitNames, node: ast.stmt) -> LoopShape | None:
    """The shape of a loop, if a comprehension would read and bind the same names; otherwise `None`."""
    if not isinstance(node, ast.For) or blocks_comprehension(node) or "super" in names_in(node):
        return None
    clauses: list[str] = []
    targets: set[str] = set()
    looked_up: set[str] = set()
    test: ast.expr | None = None
    block: list[ast.stmt] = [node]
    depth = 0
    while len(block) == 1:
        match block[0]:
            case ast.For(target=target, iter=iterable, orelse=[]) if _only_names(target):
                looked_up |= names_in(iterable)
                if targets & names_in(target):
                    return None
                targets |= names_in(target)
                clauses.append(f"for {_target(ctx, target)} in {_fitted(ctx, iterable)}")
                test, depth = None, depth + 1
            case ast.If(test=condition, orelse=[]):
                clauses.append(f"if {_fitted(ctx, condition)}")
                test = condition
            case _:
                break
        block = block[0].body
    # A comprehension evaluates only its first iterable outside: another one that reads a name which the loop binds
    # would read another variable.
    if not clauses or depth == 0 or (targets & looked_up and _reads_its_own(node, targets)):
        return None
    if any(escapes_loop(ctx, name, node) for name in targets):
        return None
    return LoopShape(node, tuple(clauses), block, test, depth)


def _reads_its_own(loop: ast.For, targets: set[str]) -> bool:
    """Whether an iterable reads a name of the loop that no outer `for` binds."""
    known: set[str] = set()
    for inner in ast.walk(loop):
        if isinstance(inner, ast.For):
            if names_in(inner.iter) & (targets - known):
                return True
            known |= names_in(inner.target)
    return False


def _only_names(target: ast.expr) -> bool:
    return all(isinstance(node, ast.Name | ast.Tuple | ast.expr_context) for node in ast.walk(target))


def _target(ctx: UnitNames, target: ast.expr) -> str:
    return ctx.inline(target)


def _fitted(ctx: UnitNames, node: ast.expr) -> str:
    return parenthesized(ctx.inline(node), _CLAUSE, "iter")
