"""Expressions inside f-strings are rewritten in place."""

from __future__ import annotations

import ast

import pytest
from rewriting import context, results

from reloc_lsp.program.text_edit import apply_edits
from reloc_lsp.rewrites.operators.expressions import collection_elements, operator_replacement, variables

TEXTS = {
    "alike": ("f'{a - b}:{a - b}'", {"f'{a + b}:{a - b}'", "f'{a - b}:{a + b}'"}),
    "format": ("f'{a - b:>{b}}'", {"f'{a + b:>{b}}'"}),
    "conversion": ("f'{a - b!r:>3}'", {"f'{a + b!r:>3}'"}),
    "self-documenting": ("f'{a - b = }'", {"f'{a + b = }'"}),
    "doubled braces": ("f'{{a - b}} {a - b}'", {"f'{{a - b}} {a + b}'"}),
    "side by side": ("'{a - b}' f'{a - b}' rf\"\\{a}{a - b}\"", {"'{a - b}' f'{a + b}' rf\"\\{a}{a - b}\"",
                                                         "'{a - b}' f'{a - b}' rf\"\\{a}{a + b}\""}),
    "brackets": ("f'{a[\"}:\"] - {1: b}[1]}'", {"f'{a[\"}:\"] + {1: b}[1]}'"}),
    "beyond ASCII": ("f'\u00e4\U0001f600{a - b}'", {"f'\u00e4\U0001f600{a + b}'"}),
    "escapes": ("f'\\N{EM DASH}\\t{ a - b }'", {"f'\\N{EM DASH}\\t{ a + b }'"}),
    "lines": ('f"""{a}\n  {a - b}\n"""', {'f"""{a}\n  {a + b}\n"""'}),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("indent", ["", "    "])
def test_an_expression_in_an_fstring_is_rewritten(before, after, indent):
    header = f"{indent}def f(a, b):\n{indent}    return "
    found = results(operator_replacement.replace_arithmetic, context(f"{header}{before}\n"))
    pluses = {text.removeprefix(header).removesuffix("\n") for text in found if text.count("+") == 1}
    assert pluses == after


def test_quotes_are_those_that_the_fstring_allows():
    ctx = context("def f(a, b):\n    return f'{a.x}' if b == 'k' else f\"{b['m']}\"\n")
    found = results(collection_elements.replace_by_plain_value, ctx)
    assert "def f(a, b):\n    return f'{\"\"}' if b == 'k' else f\"{b['m']}\"\n" in found


def test_a_name_in_an_fstring_is_replaced():
    found = results(variables.replace_variable, context("def f(a, b):\n    return f'{a}, {a:02d}'\n"))
    assert found == {f"def f(a, b):\n    return f'{one}'\n" for one in ("{b}, {a:02d}", "{a}, {b:02d}")}


def test_a_leading_brace_does_not_become_an_escaped_brace():
    """Neither for the whole expression nor for its first part."""
    ctx = context("def f(a, b):\n    return f'{a}{a[b]}'\n")
    for slot in ctx.loads(ast.Name):
        apart = apply_edits(ctx.text, ctx.replace(slot, "{b}", "test").edits)
        assert apart.startswith("def f(a, b):\n    return f'{") and "{{" not in apart, apart
