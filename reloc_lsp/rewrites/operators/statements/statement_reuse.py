"""Statements of the unit reused in other places: copied, under a condition, or slightly changed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from reloc_lsp.rewrites.rewrite import GuardInsertion, Rewrite
from reloc_lsp.rewrites.source.statement_edits import insert_after, insert_around
from reloc_lsp.rewrites.source.unit_source import Statement, abbreviated
from reloc_lsp.rewrites.synthesis.condition_synthesis import useful_conditions
from reloc_lsp.rewrites.unit_context import UnitContext

MAX_RENAMES = 8
"""Most names that replace one name of a copied statement. Chosen by hand."""
MAX_CONDITIONS = 6
"""Most conditions under which a statement is copied. Chosen by hand."""
MAX_BRANCHES = 8
"""Most conditions for a new branch. Chosen by hand."""
MAX_DISTANCE = 12
"""How many lines away a statement is copied at most. Chosen by hand."""
_SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.Raise)
_PLAIN = ("True", "False", "None", "0", "1", "''", "[]")


def copy_statement(ctx: UnitContext) -> Iterator[Rewrite]:
    """Copy a simple statement to another place, unchanged or with one name replaced."""
    for origin in _simple(ctx):
        own = ctx.inline_statement(origin.node)
        for text, factor in [(own, 1.0), *_renamed(ctx, origin)]:
            for statement in ctx.focused_statements:
                if not _nearby(ctx, statement, origin) or (statement.node is origin.node and text == own):
                    continue
                same_block = statement.block is origin.block
                for edit in insert_around(ctx, statement, [text]):
                    description = f"`{abbreviated(text)}` is added"
                    weight = factor * (1.0 if same_block else 0.5 if text == own else 0.25)
                    yield Rewrite((edit,), "copy", description, ctx.line(statement.node), weight)


def repeat_after_loop(ctx: UnitContext) -> Iterator[Rewrite]:
    """Repeat a statement of a loop's body after the loop, for what is left over."""
    for statement in ctx.focused_statements:
        if not isinstance(statement.node, ast.For | ast.While):
            continue
        inside = [p for p in _simple(ctx) if p.loop and _within(statement.node, p.node)]
        for origin in inside:
            for text, factor in [(ctx.inline_statement(origin.node), 1.0), *_renamed(ctx, origin)]:
                names = [n for n in ctx.locals if re.search(rf"\b{n}\b", text)]
                for lines in [[text], *([f"if {name}:", f">{text}"] for name in names),
                              *([f"if {name} is not None:", f">{text}"] for name in names)]:  # fmt: skip
                    edit = insert_after(ctx, statement.node, lines)
                    if edit is not None:
                        description = f"`{abbreviated(text)}` is added after the loop"
                        yield Rewrite((edit,), "flush", description, ctx.line(statement.node), factor)


def copy_under_condition(ctx: UnitContext) -> Iterator[Rewrite]:
    """Copy a simple statement to another place, under a condition."""
    for statement in ctx.focused_statements:
        useful = list(useful_conditions(ctx, statement.node, holds=True).items())[:MAX_CONDITIONS]
        for origin in _simple(ctx):
            text = ctx.inline_statement(origin.node)
            if statement.node is origin.node or isinstance(origin.node, ast.Return | ast.Raise):
                continue
            if not _nearby(ctx, statement, origin):
                continue
            for condition, weight in useful:
                for edit in list(insert_around(ctx, statement, [f"if {condition}:", f">{text}"]))[:1]:
                    description = f"`if {abbreviated(condition)}: {abbreviated(text)}` is added"
                    guard = GuardInsertion(ctx.line(statement.node), condition)
                    yield Rewrite((edit,), "guarded copy", description, ctx.line(statement.node), weight, guard)


def add_else_variant(ctx: UnitContext) -> Iterator[Rewrite]:
    """Add an `else` branch that is a variant of the `if` branch."""
    for statement in ctx.focused_statements:
        node = statement.node
        if not isinstance(node, ast.If) or node.orelse or not ctx.owns_lines(node.body[-1]):
            continue
        for inner in (p for p in _simple(ctx) if p.block is node.body):
            for text, factor in _changed(ctx, inner):
                edit = insert_after(ctx, node.body[-1], ["else:", f">{text}"], like=node)
                if edit is not None:
                    description = f"`else: {abbreviated(text)}` is added"
                    yield Rewrite((edit,), "else", description, ctx.line(node.body[-1]), factor)


def add_elif_variant(ctx: UnitContext) -> Iterator[Rewrite]:
    """Add an `elif` branch that is a variant of the `if` branch, under another condition."""
    for statement in ctx.focused_statements:
        node = statement.node
        if not isinstance(node, ast.If) or len(node.body) > 1 or not ctx.owns_lines(node.body[-1]):
            continue
        useful = list(useful_conditions(ctx, node, holds=True).items())[:MAX_BRANCHES]
        for inner in (p for p in _simple(ctx) if p.block is node.body):
            for text, factor in _varied(ctx, inner):
                for condition, weight in useful:
                    edit = insert_after(ctx, node.body[-1], [f"elif {condition}:", f">{text}"], like=node)
                    if edit is not None:
                        description = f"`elif {abbreviated(condition)}: {abbreviated(text)}` is added"
                        guard = GuardInsertion(ctx.line(node), condition)
                        yield Rewrite((edit,), "branch added", description, ctx.line(node), weight * factor, guard)


def _varied(ctx: UnitContext, origin: Statement) -> Iterator[tuple[str, float]]:
    """Variants of the statement, also with one of its constants replaced by one of the docstring."""
    yield from _changed(ctx, origin)
    text, start = ctx.inline_statement(origin.node), ctx.span(origin.node)[0]
    for inner in ast.walk(origin.node):
        if isinstance(inner, ast.Constant) and inner.value is not None:
            first, last = (offset - start for offset in ctx.span(inner))
            for constant in ctx.module.docstring_constants:
                if type(ast.literal_eval(constant)) is type(inner.value) and constant != ctx.inline(inner):
                    yield text[:first] + constant + text[last:], 1.0


def _simple(ctx: UnitContext) -> list[Statement]:
    return [p for p in ctx.statements if isinstance(p.node, _SIMPLE) and "\n" not in ctx.src(p.node)]


def _renamed(ctx: UnitContext, origin: Statement) -> Iterator[tuple[str, float]]:
    """The statement with one local name replaced by another of the same type, wherever it occurs."""
    text = ctx.inline_statement(origin.node)
    names = dict.fromkeys(n.id for n in ast.walk(origin.node) if isinstance(n, ast.Name) and n.id in ctx.locals)
    for name in names:
        alike = [
            o for o in ctx.locals if o != name and (ctx.types_of(name) & ctx.types_of(o) or not ctx.types_of(name))
        ]
        for other in alike[:MAX_RENAMES]:
            yield re.sub(rf"\b{name}\b", other, text), 0.4 if other in names else 0.7


def _changed(ctx: UnitContext, origin: Statement) -> Iterator[tuple[str, float]]:
    """Variants of the statement: with another name, or with another value assigned, appended or passed."""
    text = ctx.inline_statement(origin.node)
    yield from _renamed(ctx, origin)
    value = getattr(origin.node, "value", None)
    last = value.args[-1] if isinstance(value, ast.Call) and value.args else value
    if isinstance(last, ast.expr):
        start, end = (offset - ctx.span(origin.node)[0] for offset in ctx.span(last))
        for other in (*_PLAIN, *ctx.bound_before(origin.node)):
            if other != text[start:end]:
                yield text[:start] + other + text[end:], 0.7


def _nearby(ctx: UnitContext, one: Statement, other: Statement) -> bool:
    """Whether two statements are near each other."""
    return abs(ctx.line(one.node) - ctx.line(other.node)) <= MAX_DISTANCE


def _within(outer: ast.stmt, inner: ast.stmt) -> bool:
    return any(node is inner for node in ast.walk(outer))
