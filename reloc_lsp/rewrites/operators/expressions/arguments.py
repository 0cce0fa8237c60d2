"""Arguments are added to calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.unit_context import UnitContext

MAX_ADDED_NAMES = 5
"""Most names in scope that a call of an unknown function gets as another argument. Chosen by hand."""
_COMMON_ARGUMENTS = {
    "sorted": ("reverse=True", "key=len", "key=str", "key=abs", "key=str.lower"), "sort": ("reverse=True", "key=len"),
    "max": ("key=len", "default=0", "default=None"), "min": ("key=len", "default=0", "default=None"),
    "split": ("' '", "','", "None", "maxsplit=1"), "rsplit": ("maxsplit=1",), "strip": ("'\\n'", "'0'", "' '"),
    "enumerate": ("1", "start=1"), "range": ("1",), "zip": ("strict=False",), "next": ("None",), "pop": ("0",),
    "get": ("0", "''", "[]", "None"), "getattr": ("None",), "round": ("2", "1"), "int": ("2", "16"), "sum": ("0",),
    "replace": ("1",), "dumps": ("sort_keys=True", "default=str", "ensure_ascii=False", "indent=2"),
}  # fmt: skip
"""By function or method, arguments that its calls often have. Collected by hand."""


def add_argument(ctx: UnitContext) -> Iterator[Rewrite]:
    """Add an argument to a call: a common one, a name in scope, or one that the callee's parameters suggest."""
    for slot in ctx.loads(ast.Call):
        node = slot.node
        assert isinstance(node, ast.Call)
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        positional, keyword = [ctx.src(a) for a in node.args], [ctx.src(k) for k in node.keywords]
        given = positional + keyword
        named = {k.arg for k in node.keywords}
        for extra in [*_COMMON_ARGUMENTS.get(name, ()), *_missing_arguments(ctx, node, name)]:
            word, equals, _ = extra.partition("=")
            if extra in given or (equals and word in named):
                continue
            inside = [*positional, *keyword, extra] if equals else [*positional, extra, *keyword]
            yield ctx.replace(slot, f"{ctx.src(node.func)}({', '.join(inside)})", "argument", weight=0.6)
        for extra in _passed_on(ctx, given):
            inside = [*positional, *keyword, extra] if extra.startswith("**") else [*positional, extra, *keyword]
            yield ctx.replace(slot, f"{ctx.src(node.func)}({', '.join(inside)})", "argument", weight=1.0)
        for first in ctx.bound_before(node)[:MAX_ADDED_NAMES] if given and name not in _COMMON_ARGUMENTS else ():
            if first not in given:
                longer = f"{ctx.src(node.func)}({', '.join([first, *given])})"
                yield ctx.replace(slot, longer, "argument", weight=0.25)
        if name == "range" and len(given) == 1:
            for start in ("1", "2", *[n for n in ctx.bound_before(node) if "int" in ctx.types_of(n)][:4]):
                yield ctx.replace(slot, f"range({start}, {given[0]})", "argument", weight=0.8)
        if name == "range" and len(given) == 2:
            yield ctx.replace(slot, f"range({', '.join(given)}, -1)", "argument", weight=0.4)
            yield ctx.replace(slot, f"range({', '.join(given)}, 2)", "argument", weight=0.3)


def _passed_on(ctx: UnitContext, given: Sequence[str]) -> list[str]:
    """The unit's own `*args` and `**kwargs`, if the call does not pass them."""
    own = ctx.function.args
    found = [star + a.arg for star, a in (("*", own.vararg), ("**", own.kwarg)) if a is not None]
    return [text for text in found if text not in given]


def _missing_arguments(ctx: UnitContext, node: ast.Call, name: str) -> list[str]:
    """Arguments for parameters of a function of the module that the call does not pass."""
    callee = ctx.module.functions.get(name) or (ctx.function if name == ctx.function.name else None)
    if callee is None or any(k.arg is None for k in node.keywords):
        return ctx.bound_before(node)[:MAX_ADDED_NAMES] if callee is None and name not in _COMMON_ARGUMENTS else []
    own = [a.arg for a in (*callee.args.posonlyargs, *callee.args.args) if a.arg not in ("self", "cls")]
    missing = own[len(node.args) :] + [a.arg for a in callee.args.kwonlyargs]
    given = {k.arg for k in node.keywords}
    known = ctx.bound_before(node)
    found = [f"{name}={name}" for name in missing if name in known and name not in given]
    if len(node.args) < len(own):
        found += known[:6]
    return found
