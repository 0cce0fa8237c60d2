"""Operators work on any valid code, and leave everything else of it unchanged."""

from __future__ import annotations

import pytest
from rewriting import context, function, results, rewritten

from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.rewrites.operators import ALL_OPERATORS
from reloc_lsp.rewrites.operators.expressions import collection_elements, constants, variables, wrapping
from reloc_lsp.rewrites.operators.multi_location import in_several_locations
from reloc_lsp.rewrites.operators.statements import insertion, removal, structure


def test_nothing_moves_between_two_clauses_of_a_statement():
    handlers = "except OSError:\n    a = 1\n    b = 2\n"
    assert rewritten(structure.move_out_of_block, f"try:\n    a()\n{handlers}") == {
        f"try:\n    a()\n{handlers}".replace("    b", "b")[:-1]
    }
    assert rewritten(structure.move_out_of_block, f"try:\n    a()\n{handlers}else:\n    b()") == set()


def test_overlapping_rewrites_are_not_combined():
    ctx = context(function("return a[a[0]]"), a="list")
    single = list(wrapping.wrap_expression(ctx))
    for rewrite in in_several_locations(ctx, single):
        first, *others = sorted(rewrite.edits)
        assert all(first.end <= other.start for other in others)


def test_docstrings_annotations_and_the_header_stay_unchanged():
    source = function('"""Return 1 and a."""', "x: 'int' = a", "return x")
    for operator in (
        constants.replace_constant,
        variables.replace_variable,
        removal.delete_statements,
        collection_elements.replace_constant_by_name,
    ):
        for result in results(operator, context(source)):
            assert result.startswith("def f(a, b):\n" + '    """Return 1 and a."""\n')
            assert "'int'" in result or "return x" in result


def test_a_function_on_one_line_is_rewritten():
    ctx = context("def f(a, b): return a - b\n")
    assert "def f(a, b): return b - a\n" in results(variables.swap_operands, ctx)
    assert results(insertion.insert_guard, ctx) == set()


def test_the_last_line_may_lack_a_line_end():
    found = results(insertion.insert_step, context("def f(a, b):\n    b = a", a="int"))
    assert "def f(a, b):\n    b = a\n    return b" in found


def test_a_method_keeps_its_indentation():
    ctx = context("    def f(self, a):\n        if a:\n            return 1\n", "A.f")
    assert (
        "    def f(self, a):\n        if a:\n            return 1\n        else:\n            return None\n"
        in results(insertion.insert_else, ctx)
    )


@pytest.mark.parametrize(
    "source",
    [
        "def f(): pass\n",
        'def f():\n    """Only text."""\n',
        "async def f(*a, k, **more):\n    async with a as b, k: return [x async for x in b]\n",
        "def f(x):\n    match x:\n        case [1, *rest] if rest: return rest\n        case {'a': y}: return y\n",
        "def f(x):\n    nonlocal y\n    y = x\n    return f'{x!r:>{y}}' 'b'\n",
        "def f(x):\n    for i, in x: yield i\n    else: return (yield)\n",
        "def f(x):\n    if x: return 1\n    else: return 2\n",
        "def f(x):\n    try: x()\n    except (A, B) as e: raise C from e\n    finally: del x[0], x.y\n",
        "def f(x):\n    class K(x):\n        y: int = 1\n        def g(self): return super().g()\n    return K\n",
        "def f(x):\n    return lambda *a, b=1: (c := a, *x, x[1:2, ::3], x if a else b, not a, -b ** 2, a @ b)\n",
    ],
)
def test_every_operator_gives_valid_code_for_every_syntax(source):
    for operator, _ in ALL_OPERATORS:
        for result in results(operator, context(source)):
            try:
                parse_unit(result)
            except SyntaxError as error:
                pytest.fail(f"{operator.__name__}: {error}\n{result}")
