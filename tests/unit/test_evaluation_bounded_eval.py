"""Expressions that are evaluated while a test runs neither hang nor fill the memory."""

from __future__ import annotations

import builtins

import pytest

from reloc_lsp.evaluation.harness.probe.bounded_eval import BoundedOperators, compile_expression


@pytest.fixture(autouse=True)
def bounded_operators(monkeypatch):
    monkeypatch.setattr(builtins, BoundedOperators.NAME, BoundedOperators, raising=False)


@pytest.mark.parametrize(
    "text",
    [
        "n ** 2 ** 3",
        "pow(n, 2, 5)",
        "pow(n, -1)",
        "n << n",
        "[n] * n + list(range(n))",
        "n * 1.5",
        "'ab' * n",
        "f(*[n])",
    ],
)
def test_a_small_result_is_that_of_plain_evaluation(text):
    names = {"n": 3, "f": abs}
    assert eval(compile_expression(text), dict(names)) == eval(text, dict(names))


@pytest.mark.parametrize(
    "text",
    ["n ** n ** n", "pow(n, n ** 6)", "1 << n ** 7", "[0] * n ** 7", "n ** 7 * 'a'", "sum(range(n ** 12))",
     "n ** 999 * n ** 999 * (n ** 999) ** 9 * n ** 5999"],
)  # fmt: skip
def test_a_huge_result_is_refused(text):
    with pytest.raises(OverflowError, match="too large"):
        eval(compile_expression(text), {"n": 10})


def test_an_expression_that_does_not_compile_raises_when_it_is_evaluated():
    with pytest.raises(ZeroDivisionError):
        eval(compile_expression("n *"), {})
