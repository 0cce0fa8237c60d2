"""What may be evaluated for a look without changing anything."""

from __future__ import annotations

import ast

import pytest
from rewriting import context

from reloc_lsp.rewrites.analysis.purity import pure, pure_text
from reloc_lsp.rewrites.operators.expressions import expression_reuse, variables
from reloc_lsp.rewrites.rewrite import ExpressionReplacement

PURE = ["a + len(b)", "a.strip()[1:]", "x if (a and b) else (c or d)", "a in (1, 2)", "sorted(a.items())", "todo.pop"]
IMPURE = ["todo.popleft()", "0 + todo.pop()", "{a.pop() for x in y}", "print(a)", "(a := 1)", "unknown(a)"]


@pytest.mark.parametrize("text", PURE)
def test_what_changes_nothing_may_be_looked_at(text):
    assert pure(ast.parse(text, mode="eval").body) and pure_text(text)


@pytest.mark.parametrize("text", IMPURE)
def test_what_may_change_something_may_not(text):
    assert not pure(ast.parse(text, mode="eval").body) and not pure_text(text)


def test_a_rewrite_that_brings_in_an_effect_is_not_looked_at():
    ctx = context("def f(todo, a):\n    b = len(a)\n    c = a + 1\n    return todo.pop()\n")
    looked_at = {
        r.effect.new for r in expression_reuse.reuse_expression(ctx) if isinstance(r.effect, ExpressionReplacement)
    }
    assert looked_at and not any("pop()" in text for text in looked_at)


def test_of_what_is_assigned_to_only_the_place_is_looked_at_not_what_it_held():
    ctx = context("def f(a, b, c):\n    a[b] = c\n    a[b].d += c\n", a="dict", b="int", c="int")
    looked_at = {
        (r.effect.line, r.effect.old)
        for r in variables.replace_variable(ctx)
        if isinstance(r.effect, ExpressionReplacement)
    }
    assert looked_at == {(2, "a"), (2, "b"), (2, "c"), (3, "a[b]"), (3, "c")}


@pytest.mark.parametrize(
    ("body", "new", "returned"),
    [
        ("return a + b", "b + b", 2),
        ("c = a + b\n    return c", "b + b", 3),
        ("c = a + b\n    c += 1\n    return c", "b + b", 0),
    ],
)
def test_a_value_that_is_returned_as_it_is_is_known(body, new, returned):
    ctx = context(f"def f(a, b):\n    {body}\n")
    effects = [
        r.effect
        for r in variables.replace_variable(ctx)
        if isinstance(r.effect, ExpressionReplacement) and r.effect.new == new
    ]
    assert [effect.returned for effect in effects] == [returned]


def test_what_a_condition_leads_to_is_known():
    ctx = context("def f(a, b):\n    if a:\n        return b\n    return 0\n")
    assert ctx.branches(ctx.body[0]) == ("b", "0")
    recursive = context("def f(a, b):\n    if a:\n        return b\n    return f(b, a)\n")
    assert recursive.branches(recursive.body[0]) == (None, None)
