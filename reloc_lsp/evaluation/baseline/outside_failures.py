"""Failing tests that no revision of the unit can make pass, because they fail for reasons outside of it."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from reloc_lsp.evaluation.harness.protocol.values import Limit, RunRequest
from reloc_lsp.evaluation.tiers import Tier
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.search.verdict import Outcome, TestResult

CHANGING_METHODS = frozenset((
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft", "put", "remove",
    "reverse", "send", "set", "setdefault", "sort", "update", "write",
))  # fmt: skip
"""Names of methods that change an object."""
_USES = (
    "getattribute", "eq", "ne", "lt", "le", "gt", "ge", "hash", "bool", "repr", "str", "format", "len", "iter", "next",
    "getitem", "contains", "call", "enter", "aenter", "await", "aiter", "index", "int", "float", "add", "radd", "sub",
    "rsub", "mul", "rmul", "truediv", "rtruediv", "floordiv", "rfloordiv", "mod", "rmod", "pow", "rpow", "and", "rand",
    "or", "ror", "xor", "rxor", "neg", "pos", "abs", "invert", "fspath", "bytes",
)  # fmt: skip
"""Special methods, without their underscores, by which an object is used."""
UNUSABLE = (
    f"type('Unusable', (), dict.fromkeys([f'__{{n}}__' for n in {_USES}], "
    "lambda *a, **k: exec('raise SystemExit(\"ReLoc: a result is used\")')))()"
)
"""An expression for an object that ends the test which uses it in any way."""


async def failing_outside(
    tier: Tier, location: UnitLocation, results: Mapping[int, TestResult], limits: Mapping[int, Limit]
) -> set[int]:
    """The tests that fail in the same way whatever the unit does; `results` are those with the unchanged unit.

    Such a test fails in the same way if the unit raises an exception; or the unit only returns something, and code
    elsewhere in its file raises an exception before anything uses that. What a test itself raises may depend on it.
    """
    failing = {n: result for n, result in results.items() if result.outcome is Outcome.FAILED and result.failure}
    outside = await _failing_alike(tier, location.canary(), failing, limits)
    if _only_returns(location.module.node(location.unit)):
        unused = {n: r for n, r in failing.items() if n not in outside and r.failure and r.failure.unit_lines}
        for value in (UNUSABLE, "None"):
            alike = await _failing_alike(tier, location.beginning_with(f"return {value}"), unused, limits)
            unused = {n: unused[n] for n in alike}
        outside |= set(unused)
    return outside


async def _failing_alike(
    tier: Tier, source: str, results: Mapping[int, TestResult], limits: Mapping[int, Limit]
) -> set[int]:
    """The tests that fail with this version as in `results`. One that ends the process ends the run."""
    if not results:
        return set()
    found = (await tier.run(source, RunRequest({n: limits[n] for n in results}))).results
    return {n for n, result in found.items() if _same_failure(result, results[n])}


def _same_failure(one: TestResult, other: TestResult) -> bool:
    """Whether a test failed with the same error, at the same line of the test."""
    first, second = one.failure, other.failure
    if first is None or second is None or one.outcome is not other.outcome:
        return False
    return (first.kind, first.message, first.test_line) == (second.kind, second.message, second.test_line)


def _only_returns(function: ast.AST) -> bool:
    """Whether all that the function does is to return something, as far as its syntax tells."""
    for node in ast.walk(function):
        if isinstance(node, (ast.Yield, ast.YieldFrom, ast.Global, ast.Nonlocal, ast.Delete)):
            return False
        if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
            return False
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            return False
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in CHANGING_METHODS:
            return False
    return any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(function))
