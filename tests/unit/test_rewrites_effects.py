"""What may be evaluated for a look without changing anything."""

from __future__ import annotations

import ast

import pytest
from rewriting import context

from reloc_lsp.rewrites.effects import pure, pure_text
from reloc_lsp.rewrites.families import ingredients
from reloc_lsp.rewrites.rewrite import Swap

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
    looked_at = {r.effect.new for r in ingredients.reused(ctx) if isinstance(r.effect, Swap)}
    assert looked_at and not any("pop()" in text for text in looked_at)
