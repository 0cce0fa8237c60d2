"""Calls that a literal, a comprehension or fewer arguments can replace."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.analysis.boolean_logic import is_constant
from reloc_lsp.rewrites.analysis.definite_types import is_definitely
from reloc_lsp.rewrites.analysis.name_usage import escapes_loop, names_in, same_code
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.unit_expressions import Slot
from reloc_lsp.rewrites.source.unit_source import abbreviated
from reloc_lsp.rewrites.unit_context import UnitContext

_EMPTY = {"list": "[]", "dict": "{}", "tuple": "()"}
_DICT = frozenset({"dict"})
_CONSUMING = {"sum", "any", "all", "min", "max", "sorted", "tuple", "frozenset"}
_ORDERLESS = {"sorted", "set", "frozenset", "list", "tuple"}
"""Functions that give the same result for an iterable and for a list or tuple of it."""


def call_to_literal(ctx: UnitContext) -> Iterator[Rewrite]:
    """`dict()` becomes `{}` (C408), `set([1, 2])` `{1, 2}` (C405), `list([...])` and `tuple((...))` what is in them
    (C409, C410), `sorted(list(x))` `sorted(x)` (C414), `list(sorted(x))` `sorted(x)` (C413)."""
    for slot, name, arguments in _builtin_calls(ctx):
        match arguments:
            case [] if name in _EMPTY:
                yield ctx.replace(slot, _EMPTY[name], "literal")
            case [ast.List() | ast.ListComp() as shown] if name == "list":
                yield ctx.replace(slot, ctx.inline(shown), "literal")
            case [ast.Tuple(elts=elements) as shown] if name == "tuple" and elements:
                yield ctx.replace(slot, ctx.inline(shown), "literal")
            case [ast.List(elts=elements) | ast.Tuple(elts=elements)] if name == "set" and elements:
                yield ctx.replace(slot, "{" + ", ".join(map(ctx.inline, elements)) + "}", "literal")
            case [ast.Call(func=ast.Name(id=inner), args=[ast.expr() as same_items], keywords=[])]:
                if name in _ORDERLESS and inner in ("list", "tuple") and ctx.is_builtin(inner) and _plain(same_items):
                    yield ctx.replace(slot, f"{name}({ctx.inline(same_items)})", "literal")
            case [ast.Call(func=ast.Name(id="sorted")) as ordered] if name == "list" and ctx.is_builtin("sorted"):
                yield ctx.replace(slot, ctx.inline(ordered), "literal")


def call_to_comprehension(ctx: UnitContext) -> Iterator[Rewrite]:
    """`list(e for ...)`, `set([e for ...])`, `dict((k, v) for ...)` become comprehensions (C400 to C404), and
    `[x for x in y]` becomes `list(y)` (C416), `sum(x for x in y)` `sum(y)`."""
    for slot, name, arguments in _builtin_calls(ctx):
        match arguments:
            case [ast.GeneratorExp() | ast.ListComp() as made] if "next" not in names_in(made):
                inside = ctx.inline(made)[1:-1] if _bracketed(ctx, made) else ctx.inline(made)
                if name == "list":
                    yield ctx.replace(slot, f"[{inside}]", "comprehension")
                elif name == "set":
                    yield ctx.replace(slot, "{" + inside + "}", "comprehension")
                elif name in _CONSUMING and _is_identity(made.elt, made.generators):
                    yield ctx.replace(slot, f"{name}({ctx.inline(made.generators[0].iter)})", "comprehension")
                elif name == "dict" and isinstance(made.elt, ast.Tuple) and len(made.elt.elts) == 2:
                    key, value = made.elt.elts
                    if not any(isinstance(part, ast.Starred) for part in (key, value)):
                        rest = ctx.inline(made)
                        clauses = rest[len(ctx.inline(made.elt)) + _bracketed(ctx, made) :]
                        clauses = clauses[:-1] if _bracketed(ctx, made) else clauses
                        text = "{" + f"{ctx.inline(key)}: {ctx.inline(value)}{clauses}" + "}"
                        if "\n" not in ctx.src(made):
                            yield ctx.replace(slot, text, "comprehension")
    for slot in ctx.loads(ast.ListComp, ast.SetComp):
        match slot.node:
            case ast.ListComp(elt=element, generators=[part]) | ast.SetComp(elt=element, generators=[part]):
                name = "list" if isinstance(slot.node, ast.ListComp) else "set"
                if _is_identity(element, [part]) and ctx.is_builtin(name):
                    yield ctx.replace(slot, f"{name}({ctx.inline(part.iter)})", "comprehension")


def drop_default_argument(ctx: UnitContext) -> Iterator[Rewrite]:
    """`range(0, n)` becomes `range(n)` (PIE808), `open(f, "r")` `open(f)` (UP015), `d.get(k, None)` of a dict
    `d.get(k)` (SIM910), `k in d.keys()` `k in d` (SIM118)."""
    for slot, name, given in _builtin_calls(ctx):
        match given:
            case [first, last] if name == "range" and is_constant(first, 0) and not isinstance(last, ast.Starred):
                yield ctx.replace(slot, f"range({ctx.inline(last)})", "argument")
            case [path, mode] if name == "open" and is_constant(mode, "r"):
                yield ctx.replace(slot, f"open({ctx.inline(path)})", "argument")
    for slot in ctx.loads(ast.Call):
        match slot.node:
            case ast.Call(func=ast.Attribute(value=d, attr="get"), args=[key, default], keywords=[]):
                if is_constant(default, None) and is_definitely(d, ctx, _DICT) and not isinstance(key, ast.Starred):
                    yield ctx.replace(slot, f"{ctx.inline(d)}.get({ctx.inline(key)})", "argument")
            case ast.Call(func=ast.Attribute(value=d, attr="keys"), args=[], keywords=[]) if is_definitely(
                d, ctx, _DICT
            ):
                asked = isinstance(slot.parent, ast.Compare) and isinstance(slot.parent.ops[0], ast.In | ast.NotIn)
                gone_over = isinstance(slot.parent, ast.For | ast.comprehension) and slot.field == "iter"
                if gone_over or (asked and slot.field == "comparators" and slot.index == 0):
                    yield ctx.replace(slot, ctx.inline(d), "argument")


def simplify_iteration(ctx: UnitContext) -> Iterator[Rewrite]:
    """`for _, v in d.items()` becomes `for v in d.values()` (PERF102), `for _, x in enumerate(xs)` `for x in xs`
    (FURB148), where the other name is never used."""
    for statement in ctx.statements:
        match statement.node:
            case ast.For(
                target=ast.Tuple(elts=[ast.Name() as one, ast.Name() as other]),
                iter=ast.Call(func=ast.Attribute(value=d, attr="items"), args=[], keywords=[]),
            ) if is_definitely(d, ctx, _DICT) and one.id != other.id:
                if _unused(ctx, one, statement.node):
                    yield _over(ctx, statement.node, other.id, f"{ctx.inline(d)}.values()")
                elif _unused(ctx, other, statement.node):
                    yield _over(ctx, statement.node, one.id, ctx.inline(d))
            case ast.For(
                target=ast.Tuple(elts=[ast.Name() as one, other]),
                iter=ast.Call(func=ast.Name(id="enumerate"), args=[items], keywords=[]),
            ) if ctx.is_builtin("enumerate") and _unused(ctx, one, statement.node):
                yield _over(ctx, statement.node, ctx.inline(other), ctx.inline(items))


def _builtin_calls(ctx: UnitContext) -> Iterator[tuple[Slot, str, list[ast.expr]]]:
    for slot in ctx.loads(ast.Call):
        match slot.node:
            case ast.Call(func=ast.Name(id=name), args=given, keywords=[]) if ctx.is_builtin(name):
                if not any(isinstance(argument, ast.Starred) for argument in given):
                    yield slot, name, given


def _is_identity(element: ast.expr, generators: Sequence[ast.comprehension]) -> bool:
    """Whether the elements are exactly the items of the iterable."""
    first = generators[0]
    plain = isinstance(element, ast.Name) and same_code(element, first.target)
    return plain and len(generators) == 1 and not first.ifs and not first.is_async


def _bracketed(ctx: UnitContext, node: ast.expr) -> int:
    return int(ctx.inline(node)[:1] in ("[", "("))


def _plain(node: ast.expr) -> bool:
    return not isinstance(node, ast.Starred | ast.GeneratorExp)


def _unused(ctx: UnitContext, name: ast.Name, loop: ast.stmt) -> bool:
    """Whether nothing reads the value that the loop binds to the name."""
    inside = sum(isinstance(node, ast.Name) and node.id == name.id for node in ast.walk(loop))
    return inside == 1 and not escapes_loop(ctx, name.id, loop)


def _over(ctx: UnitContext, node: ast.stmt, target: str, items: str) -> Rewrite:
    assert isinstance(node, ast.For)
    edit = Edit(ctx.span(node.target)[0], ctx.span(node.iter)[1], f"{target} in {items}")
    return Rewrite((edit,), "iteration", f"the loop goes over `{abbreviated(items)}`", ctx.line(node))
