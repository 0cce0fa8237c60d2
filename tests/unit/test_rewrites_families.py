"""What the families of rewrites promise, on the small functions that they are for."""

from __future__ import annotations

import pytest
from rewriting import context, function, mended, results

from reloc_lsp.rewrites.operators import conditions
from reloc_lsp.rewrites.operators.expressions import (
    collection_elements,
    constants,
    defaults,
    expression_reuse,
    functions,
    operator_replacement,
    variables,
    wrapping,
)
from reloc_lsp.rewrites.operators.multi_location import paired
from reloc_lsp.rewrites.operators.statements import accumulation, insertion, removal, statement_reuse, structure

NUMBERS = {"a": "int", "b": "int", "n": "int", "i": "int", "total": "int"}


@pytest.mark.parametrize(
    ("family", "before", "after"),
    [
        (operator_replacement.comparison, "return a < b", {"<=", ">", ">=", "!=", "=="}),
        (operator_replacement.comparison, "return a is b", {"is not", "=="}),
        (operator_replacement.comparison, "return a not in b", {"in", "!="}),
        (operator_replacement.boolean, "return a and b", {"or"}),
        (operator_replacement.arithmetic, "return a << b", {">>", "*", "+"}),
        (operator_replacement.arithmetic, "return 'x' % b", {"*", "+"}),
    ],
)
def test_an_operator_becomes_each_of_its_relatives(family, before, after):
    old = before.removeprefix("return ").split(" ", 1)[1].removesuffix(" b")
    assert mended(family, before) == {before.replace(f" {old} ", f" {new} ") for new in after}


def test_every_operator_of_a_chain_is_exchanged_by_itself():
    found = mended(operator_replacement.comparison, "return a < n <= b")
    assert {"return a <= n <= b", "return a < n < b"} <= found and "return a <= n < b" not in found


def test_operands_keep_their_grouping_under_another_operator():
    found = mended(operator_replacement.arithmetic, "return a - b * 2")
    assert {"return a - (b + 2)", "return a - b / 2", "return a * (b * 2)"} <= found
    assert "return (a + b) * 2 - 1" in mended(operator_replacement.arithmetic, "return (a - b) * 2 - 1")
    assert "return a ** (b - 1)" in mended(operator_replacement.arithmetic, "return a * (b - 1)")
    assert "return a**b" in mended(operator_replacement.arithmetic, "return a*b")


def test_an_operator_is_found_behind_a_comment_that_holds_one():
    assert "return (a  # < or >\n        <= b)" in mended(
        operator_replacement.comparison, "return (a  # < or >\n        < b)"
    )


@pytest.mark.parametrize(
    ("family", "before", "after"),
    [
        (
            operator_replacement.augmented,
            "total = 0\nfor x in a:\n    total -= x",
            "total = 0\nfor x in a:\n    total += x",
        ),
        (
            operator_replacement.augmented,
            "total = 0\nfor x in a:\n    total = x",
            "total = 0\nfor x in a:\n    total += x",
        ),
        (
            operator_replacement.augmented,
            "total = 0\nfor x in a:\n    total += x",
            "total = 0\nfor x in a:\n    total = x",
        ),
        (operator_replacement.unary, "return -a", "return a"),
        (operator_replacement.unary, "if a and b:\n    return 1", "if not (a and b):\n    return 1"),
        (operator_replacement.unary, "if not a:\n    return 1", "if a:\n    return 1"),
        (operator_replacement.unary, "return a * b", "return -a * b"),
        (operator_replacement.unary, "return a ** b", "return (-a) ** b"),
        (constants.constants, "return a + 1", "return a + 2"),
        (constants.constants, "return a + 1", "return a + 0"),
        (constants.constants, "return a[-1]", "return a[0]"),
        (constants.constants, "return -2", "return 2"),
        (constants.constants, "return True", "return False"),
        (constants.constants, "return 1.5", "return 0.15"),
        (constants.constants, "x = 7\nreturn 3", "x = 7\nreturn 7"),
        (constants.constants, "return a.split(' ')", "return a.split(',')"),
        (constants.constants, "return 'abc'", "return 'ABC'"),
        (constants.constants, "return None", "return []"),
        (constants.off_by_one, "return a[b]", "return a[b - 1]"),
        (constants.off_by_one, "return range(b)", "return range(b + 1)"),
        (constants.off_by_one, "return range(b - 1)", "return range(b)"),
        (constants.off_by_one, "return len(a)", "return len(a) - 1"),
        (variables.variables, "return a - a", "return a - b"),
        (variables.variables, "return [x for x in a]", "return [x for x in b]"),
        (variables.targets, "x = 0\nfor y in a:\n    y += 1", "x = 0\nfor y in a:\n    x += 1"),
        (variables.swapped, "return a - b", "return b - a"),
        (variables.swapped, "return max(a, b, 1)", "return max(1, b, a)"),
        (variables.swapped, "return a if b else 0", "return 0 if b else a"),
        (variables.swapped, "return a in b", "return b in a"),
        (variables.swapped, "return a[1:2]", "return a[2:1]"),
        (variables.swapped, "return (a + 1) - b * 2", "return b * 2 - (a + 1)"),
        (variables.swapped, "return a - (b - 1)", "return b - 1 - a"),
        (variables.exchanged_constants, "if a:\n    return 1\nreturn 2", "if a:\n    return 2\nreturn 1"),
        (functions.functions, "return max(a, b)", "return min(a, b)"),
        (functions.functions, "return any(x for x in a)", "return all(x for x in a)"),
        (functions.functions, "return s.lstrip()", "return s.rstrip()"),
        (functions.functions, "xs.append(b)", "xs.extend(b)"),
        (functions.functions, "raise KeyError(a)", "raise IndexError(a)"),
        (functions.functions, "return a.b(\n    1\n).find(b)", "return a.b(\n    1\n).rfind(b)"),
        (removal.unwrapped, "return str(a)", "return a"),
        (removal.unwrapped, "return a + 1", "return a"),
        (removal.unwrapped, "return (a + b) * 2", "return a + b"),
        (removal.unwrapped, "return a.strip()", "return a"),
        (removal.unwrapped, "return a[0]", "return a"),
        (removal.unwrapped, "return f(x for x in a)", "return (x for x in a)"),
        (removal.unwrapped, "return list(set(a))", "return list(a)"),
        (removal.unwrapped, "return(a)if b else 1", "return a"),
        (removal.shortened, "return a and b and 1", "return a and b"),
        (removal.shortened, "return sorted(a, reverse=True)", "return sorted(a)"),
        (removal.shortened, "return (a, b)", "return (a,)"),
        (removal.shortened, "return [x for x in a if x]", "return [x for x in a ]"),
        (removal.deleted, "a = 1\nb = 2\nreturn a", "a = 1\nreturn a"),
        (removal.deleted, "if a:\n    b = 1\nreturn b", "if a:\n    pass\nreturn b"),
        (removal.deleted, "if a:\n    b = 1\nelse:\n    b = 2\nreturn b", "if a:\n    b = 1\nreturn b"),
        (removal.deleted, "if a:\n    b = 1\nelif b:\n    b = 2\nreturn b", "if a:\n    b = 1\nreturn b"),
        (removal.deleted, "a = 1; b = 2\nreturn a", "pass; b = 2\nreturn a"),
        (removal.deleted, "@a\ndef g():\n    pass\nreturn b", "return b"),
        (removal.unwrapped_blocks, "if a:\n    b = 1\nreturn b", "b = 1\nreturn b"),
        (removal.unwrapped_blocks, "try:\n    a()\nexcept KeyError:\n    return b", "a()"),
        (structure.moved_out, "for x in a:\n    b += x\n    return b", "for x in a:\n    b += x\nreturn b"),
        (structure.moved_in, "for x in a:\n    b += x\nprint(b)", "for x in a:\n    b += x\n    print(b)"),
        (structure.reordered, "a = 1\nb = 2\nreturn a", "b = 2\na = 1\nreturn a"),
        (structure.reordered, "a = 1  # one\n\nb = 2\nreturn a", "b = 2\n\na = 1  # one\nreturn a"),
        (structure.kinds_of_branch, "if a:\n    b()\nif b:\n    a()", "if a:\n    b()\nelif b:\n    a()"),
        (structure.kinds_of_branch, "if a:\n    b()\nelif b:\n    a()", "if a:\n    b()\nif b:\n    a()"),
        (structure.kinds_of_branch, "if a:\n    b()", "while a:\n    b()"),
        (structure.kinds_of_branch, "while a:\n    break", "while a:\n    continue"),
        (structure.kinds_of_branch, "a + b", "return a + b"),
        (structure.kinds_of_branch, "x = (\n    a + b\n)", "return (\n    a + b\n)"),
        (structure.kinds_of_branch, "yield a", "yield from a"),
        (structure.kinds_of_branch, "yield a, b", "yield from (a, b)"),
        (structure.kinds_of_branch, "yield from a", "yield a"),
        (structure.kinds_of_branch, "for x in a:\n    return x", "for x in a:\n    yield x"),
        (
            structure.else_of_loop,
            "for x in a:\n    if x:\n        break\n    else:\n        return b",
            "for x in a:\n    if x:\n        break\nelse:\n    return b",
        ),
        (wrapping.wrapped, "return a + b", "return abs(a + b)"),
        (wrapping.wrapped, "return a + b", "return (a + b) // 2"),
        (wrapping.slices, "return a[1:]", "return a[1:-1]"),
        (wrapping.slices, "return a[b]", "return a[:b]"),
        (wrapping.slices, "return a[b]", "return a[-1]"),
        (wrapping.arguments, "return sorted(a)", "return sorted(a, reverse=True)"),
        (wrapping.arguments, "return range(b)", "return range(1, b)"),
        (wrapping.arguments, "return range(a, b)", "return range(a, b, -1)"),
        (wrapping.arguments, "return a.get(a == b, **a)", "return a.get(a == b, None, **a)"),
        (wrapping.arguments, "return f(a)", "return f(a, b)"),
        (conditions.strengthened, "if a:\n    return b", "if a and b > 0:\n    return b"),
        (conditions.strengthened, "if a or b:\n    return b", "if (a or b) and a > 0:\n    return b"),
        (conditions.replaced, "if a:\n    return b", "if not a:\n    return b"),
        (conditions.filtered, "return [x for x in a]", "return [x for x in a if x > 0]"),
        (conditions.filtered, "return [x for x in a if x]", "return [x for x in a if x and x != b]"),
        (conditions.filtered, "return [x for x in a if x or b]", "return [x for x in a if x or b if x > 0]"),
        (conditions.filtered, "return all(x for x in (a or ()))", "return all(x for x in (a or ()) if x > 0)"),
        (conditions.conditional, "a += 1\nreturn a", "if b > 0:\n    a += 1\nreturn a"),
        (conditions.bounded, "return a <= b", "return 0 <= a <= b"),
        (insertion.guards, "return a // b", "if b == 0:\n    return None\nreturn a // b"),
        (insertion.guards, "return a // b", "if b == 0:\n    return 0\nreturn a // b"),
        (insertion.guards, "for x in a:\n    b += x", "for x in a:\n    if b == 0:\n        continue\n    b += x"),
        (insertion.else_branches, "if a:\n    return b", "if a:\n    return b\nelse:\n    return None"),
        (insertion.steps, "total = 0\nwhile a:\n    a -= 1", "total = 0\nwhile a:\n    a -= 1\n    total += 1"),
        (insertion.steps, "b = 0\nfor x in a:\n    b += x", "b = 0\nfor x in a:\n    b += x\nreturn b"),
        (statement_reuse.copies, "a = 1\nif b:\n    b = 2", "a = 1\nif b:\n    b = 2\n    a = 1"),
        (
            statement_reuse.flushes,
            "out, row = [], []\nfor x in a:\n    if x:\n        out.append(row)\nreturn out",
            "out, row = [], []\nfor x in a:\n    if x:\n        out.append(row)\n"
            "if row:\n    out.append(row)\nreturn out",
        ),
        (
            statement_reuse.flushes,
            "left = b\nout = []\nfor x in a:\n    out.append(x)\nreturn out",
            "left = b\nout = []\nfor x in a:\n    out.append(x)\nif left:\n    out.append(left)\nreturn out",
        ),
        (
            structure.lifted,
            "if a:\n    b = 1\n    return a\nreturn b",
            "b = 1\nif a:\n    return a\nreturn b",
        ),
        (
            structure.lifted,
            "if a:\n    b = 1\n    a = 2\nelse:\n    a = 3\nreturn b",
            "if a:\n    a = 2\nelse:\n    a = 3\nb = 1\nreturn b",
        ),
        (statement_reuse.branches, "if a:\n    n = 1\nreturn n", "if a:\n    n = 1\nelif b > 0:\n    n = 0\nreturn n"),
        (statement_reuse.other_cases, "if a:\n    b = 1\nreturn b", "if a:\n    b = 1\nelse:\n    b = 0\nreturn b"),
        (accumulation.accumulated, "for n in a:\n    b = n", "for n in a:\n    b = max(b, n)"),
        (accumulation.accumulated, "for n in a:\n    b = n - 1", "for n in a:\n    b = b * 10 + (n - 1)"),
        (collection_elements.added, "return [a]", "return [a, b]"),
        (collection_elements.plain_values, "return max(a, b)", "return 0"),
        (collection_elements.names_for_constants, "return a + 1", "return a + b"),
        (expression_reuse.reused, "x = a * 2\nreturn b", "x = a * 2\nreturn a * 2"),
        (expression_reuse.extended, "return a", "return a + b"),
        (expression_reuse.extended, "return a + b", "return (a + b) * b"),
    ],
)
def test_a_typical_bug_is_mended(family, before, after):
    found = mended(family, before, **NUMBERS)
    assert after in found, "\n---\n".join(sorted(found)[:40])


def test_a_generator_is_collected():
    assert "return tuple(x for x in a) == b" in mended(wrapping.wrapped, "return (x for x in a) == b")
    assert "return b(list(x for x in a))" in mended(wrapping.wrapped, "return b(x for x in a)")


def test_another_default_leaves_the_body_alone():
    found = results(defaults.defaults, context("def f(a, b=False, *, c: int = 3):\n    return a\n"))
    assert "def f(a, b=True, *, c: int = 3):\n    return a\n" in found
    assert "def f(a, b=False, *, c: int = 4):\n    return a\n" in found


def test_the_same_mistake_in_two_places_is_mended_at_once():
    source = function("if a < 0 or b < 0:", "    return a < 9")
    ctx = context(source)
    found = results(lambda ctx: paired(ctx, list(operator_replacement.comparison(ctx))), ctx)
    assert source.replace("<", "<=") in found
    assert source.replace("<", "<=", 2) in found
    assert source.replace("<", "<=", 1) not in found
