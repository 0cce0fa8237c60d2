"""Expressions that are tried while a test runs neither hang nor fill the memory."""

from __future__ import annotations

import builtins

import pytest

from reloc_lsp.evaluation.harness.probe.bounded_eval import Careful, compiled


@pytest.fixture(autouse=True)
def careful(monkeypatch):
    monkeypatch.setattr(builtins, Careful.NAME, Careful, raising=False)


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
def test_what_is_small_is_worth_what_it_always_is(text):
    names = {"n": 3, "f": abs}
    assert eval(compiled(text), dict(names)) == eval(text, dict(names))


@pytest.mark.parametrize(
    "text",
    ["n ** n ** n", "pow(n, n ** 6)", "1 << n ** 7", "[0] * n ** 7", "n ** 7 * 'a'", "sum(range(n ** 12))",
     "n ** 999 * n ** 999 * (n ** 999) ** 9 * n ** 5999"],
)  # fmt: skip
def test_what_would_be_huge_is_refused(text):
    with pytest.raises(OverflowError, match="too large"):
        eval(compiled(text), {"n": 10})


def test_what_does_not_compile_raises_when_it_is_tried():
    with pytest.raises(ZeroDivisionError):
        eval(compiled("n *"), {})
