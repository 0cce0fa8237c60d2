"""Expressions that can be probed because evaluating them has no side effect, and the effects of rewrites."""

from __future__ import annotations

import ast

import pytest
from rewriting import context

from reloc_lsp.rewrites.analysis.purity import is_pure, is_pure_text
from reloc_lsp.rewrites.operators.expressions import expression_reuse, variables
from reloc_lsp.rewrites.rewrite import ExpressionReplacement

PURE = ["a + len(b)", "a.strip()[1:]", "x if (a and b) else (c or d)", "a in (1, 2)", "sorted(a.items())", "todo.pop"]
IMPURE = ["todo.popleft()", "0 + todo.pop()", "{a.pop() for x in y}", "print(a)", "(a := 1)", "unknown(a)"]


@pytest.mark.parametrize("text", PURE)
def test_an_expression_without_side_effects_is_pure(text):
    assert is_pure(ast.parse(text, mode="eval").body) and is_pure_text(text)


@pytest.mark.parametrize("text", IMPURE)
def test_an_expression_that_may_have_a_side_effect_is_not_pure(text):
    assert not is_pure(ast.parse(text, mode="eval").body) and not is_pure_text(text)


def test_an_expression_with_a_side_effect_is_never_probed():
    ctx = context("def f(todo, a):\n    b = len(a)\n    c = a + 1\n    return todo.pop()\n")
    probed = {
        r.effect.new for r in expression_reuse.reuse_expression(ctx) if isinstance(r.effect, ExpressionReplacement)
    }
    assert probed and not any("pop()" in text for text in probed)


def test_of_an_assignment_target_only_its_parts_are_probed():
    ctx = context("def f(a, b, c):\n    a[b] = c\n    a[b].d += c\n", a="dict", b="int", c="int")
    probed = {
        (r.effect.line, r.effect.old)
        for r in variables.replace_variable(ctx)
        if isinstance(r.effect, ExpressionReplacement)
    }
    assert probed == {(2, "a"), (2, "b"), (2, "c"), (3, "a[b]"), (3, "c")}


@pytest.mark.parametrize(
    ("body", "new", "returned"),
    [
        ("return a + b", "b + b", 2),
        ("c = a + b\n    return c", "b + b", 3),
        ("c = a + b\n    c += 1\n    return c", "b + b", 0),
    ],
)
def test_the_return_that_returns_a_value_unchanged_is_found(body, new, returned):
    ctx = context(f"def f(a, b):\n    {body}\n")
    effects = [
        r.effect
        for r in variables.replace_variable(ctx)
        if isinstance(r.effect, ExpressionReplacement) and r.effect.new == new
    ]
    assert [effect.returned_at for effect in effects] == [returned]


def test_the_values_that_the_branches_of_a_condition_return_are_found():
    ctx = context("def f(a, b):\n    if a:\n        return b\n    return 0\n")
    assert ctx.branch_returns(ctx.body[0]) == ("b", "0")
    recursive = context("def f(a, b):\n    if a:\n        return b\n    return f(b, a)\n")
    assert recursive.branch_returns(recursive.body[0]) == (None, None)
