"""Whether a revision swallows exceptions that the function lets through, by its text alone.

Such a revision lets tests pass whose assertions fail inside the function's `with` block or in a function that it calls.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reloc_lsp.program.fingerprint import parse_unit

CATCHING_ASSERTIONS = frozenset(("AssertionError", "Exception", "BaseException"))
"""Names of the exceptions that catch a failed assertion."""
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
LOOPS = (ast.For, ast.AsyncFor, ast.While)


@dataclass(frozen=True)
class Swallowing:
    """How many places of a function swallow exceptions, or could.

    `left_finally` counts `finally` blocks that `return`, `break` or `continue` leaves. Of the handlers that catch every
    exception, `loud` counts those that always raise, `quiet` the others, and `around_yield` the quiet ones around a
    `yield`.
    """

    left_finally: int = 0
    loud: int = 0
    quiet: int = 0
    around_yield: int = 0

    @classmethod
    def of(cls, source: str) -> Swallowing:
        """The counts of a unit's text; 0 for one that does not parse."""
        if "except" not in source and "finally" not in source:
            return cls()
        try:
            statements = [node for node in ast.walk(parse_unit(source)) if isinstance(node, ast.Try | ast.TryStar)]
        except (SyntaxError, ValueError):
            return cls()
        handlers = [(node, handler) for node in statements for handler in node.handlers if _catches_all(handler)]
        quiet = [node for node, handler in handlers if not _always_raises(handler.body)]
        return cls(
            left_finally=sum(any(_exits(node.finalbody)) for node in statements),
            loud=len(handlers) - len(quiet),
            quiet=len(quiet),
            around_yield=sum(_has_yield(node.body) for node in quiet),
        )

    def exceeds(self, other: Swallowing) -> bool:
        """Whether this text swallows what the `other` one does not; a handler that lost its `raise` counts too."""
        lost_raise = self.loud < other.loud and self.quiet > other.quiet
        return lost_raise or self.left_finally > other.left_finally or self.around_yield > other.around_yield


def _catches_all(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or _last_name(kind) in CATCHING_ASSERTIONS for kind in kinds)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _always_raises(block: Sequence[ast.stmt]) -> bool:
    return not list(_exits(block)) and _ends_in_raise(block)


def _ends_in_raise(block: Sequence[ast.stmt]) -> bool:
    match block[-1]:
        case ast.Raise():
            return True
        case ast.If(body=body, orelse=[*_, _] as orelse):
            return _ends_in_raise(body) and _ends_in_raise(orelse)
        case ast.With(body=body) | ast.AsyncWith(body=body):
            return _ends_in_raise(body)
        case _:
            return False


def _exits(block: Sequence[ast.AST], loops: int = 0) -> Iterator[ast.stmt]:
    """The statements that leave a block without an exception; `loops` are those between the block and its holder."""
    for node in block:
        if isinstance(node, ast.Return) or (isinstance(node, ast.Break | ast.Continue) and not loops):
            yield node
        elif not isinstance(node, SCOPES):
            yield from _exits(list(ast.iter_child_nodes(node)), loops + isinstance(node, LOOPS))


def _has_yield(block: Sequence[ast.AST]) -> bool:
    return any(
        isinstance(node, ast.Yield | ast.YieldFrom)
        or (not isinstance(node, SCOPES) and _has_yield(list(ast.iter_child_nodes(node))))
        for node in block
    )
