"""Each mutation operator repairs the typical bug it is made for."""

from __future__ import annotations

import pytest
from rewriting import context, function, results, rewritten

from reloc_lsp.rewrites.operators.expressions import (
    arguments,
    collection_elements,
    conditions,
    constants,
    defaults,
    expression_reuse,
    functions,
    operator_replacement,
    subscripts,
    variables,
    wrapping,
)
from reloc_lsp.rewrites.operators.multi_location import in_several_locations
from reloc_lsp.rewrites.operators.statements import (
    accumulation,
    control_flow,
    insertion,
    removal,
    statement_reuse,
    structure,
)

NUMBERS = {"a": "int", "b": "int", "n": "int", "i": "int", "total": "int"}


@pytest.mark.parametrize(
    ("operator", "before", "after"),
    [
        (operator_replacement.replace_comparison, "return a < b", {"<=", ">", ">=", "!=", "=="}),
        (operator_replacement.replace_comparison, "return a is b", {"is not", "=="}),
        (operator_replacement.replace_comparison, "return a not in b", {"in", "!="}),
        (operator_replacement.replace_boolean, "return a and b", {"or"}),
        (operator_replacement.replace_arithmetic, "return a << b", {">>", "*", "+"}),
        (operator_replacement.replace_arithmetic, "return 'x' % b", {"*", "+"}),
    ],
)
def test_a_python_operator_is_replaced_by_each_similar_one(operator, before, after):
    old = before.removeprefix("return ").split(" ", 1)[1].removesuffix(" b")
    assert rewritten(operator, before) == {before.replace(f" {old} ", f" {new} ") for new in after}


def test_each_operator_of_a_chain_is_replaced_alone():
    found = rewritten(operator_replacement.replace_comparison, "return a < n <= b")
    assert {"return a <= n <= b", "return a < n < b"} <= found and "return a <= n < b" not in found


def test_operands_keep_their_grouping_under_another_operator():
    found = rewritten(operator_replacement.replace_arithmetic, "return a - b * 2")
    assert {"return a - (b + 2)", "return a - b / 2", "return a * (b * 2)"} <= found
    assert "return (a + b) * 2 - 1" in rewritten(operator_replacement.replace_arithmetic, "return (a - b) * 2 - 1")
    assert "return a ** (b - 1)" in rewritten(operator_replacement.replace_arithmetic, "return a * (b - 1)")
    assert "return a**b" in rewritten(operator_replacement.replace_arithmetic, "return a*b")


def test_an_operator_is_found_behind_a_comment_that_contains_one():
    assert "return (a  # < or >\n        <= b)" in rewritten(
        operator_replacement.replace_comparison, "return (a  # < or >\n        < b)"
    )


@pytest.mark.parametrize(
    ("operator", "before", "after"),
    [
        (
            operator_replacement.replace_augmented,
            "total = 0\nfor x in a:\n    total -= x",
            "total = 0\nfor x in a:\n    total += x",
        ),
        (
            operator_replacement.replace_augmented,
            "total = 0\nfor x in a:\n    total = x",
            "total = 0\nfor x in a:\n    total += x",
        ),
        (
            operator_replacement.replace_augmented,
            "total = 0\nfor x in a:\n    total += x",
            "total = 0\nfor x in a:\n    total = x",
        ),
        (operator_replacement.toggle_unary, "return -a", "return a"),
        (operator_replacement.toggle_unary, "if a and b:\n    return 1", "if not (a and b):\n    return 1"),
        (operator_replacement.toggle_unary, "if not a:\n    return 1", "if a:\n    return 1"),
        (operator_replacement.toggle_unary, "return a * b", "return -a * b"),
        (operator_replacement.toggle_unary, "return a ** b", "return (-a) ** b"),
        (constants.replace_constant, "return a + 1", "return a + 2"),
        (constants.replace_constant, "return a + 1", "return a + 0"),
        (constants.replace_constant, "return a[-1]", "return a[0]"),
        (constants.replace_constant, "return -2", "return 2"),
        (constants.replace_constant, "return True", "return False"),
        (constants.replace_constant, "return 1.5", "return 0.15"),
        (constants.replace_constant, "x = 7\nreturn 3", "x = 7\nreturn 7"),
        (constants.replace_constant, "return a.split(' ')", "return a.split(',')"),
        (constants.replace_constant, "return 'abc'", "return 'ABC'"),
        (constants.replace_constant, "return None", "return []"),
        (constants.off_by_one, "return a[b]", "return a[b - 1]"),
        (constants.off_by_one, "return range(b)", "return range(b + 1)"),
        (constants.off_by_one, "return range(b - 1)", "return range(b)"),
        (constants.off_by_one, "return len(a)", "return len(a) - 1"),
        (variables.replace_variable, "return a - a", "return a - b"),
        (variables.replace_variable, "return [x for x in a]", "return [x for x in b]"),
        (variables.replace_target, "x = 0\nfor y in a:\n    y += 1", "x = 0\nfor y in a:\n    x += 1"),
        (variables.swap_operands, "return a - b", "return b - a"),
        (variables.swap_operands, "return max(a, b, 1)", "return max(1, b, a)"),
        (variables.swap_operands, "return a if b else 0", "return 0 if b else a"),
        (variables.swap_operands, "return a in b", "return b in a"),
        (variables.swap_operands, "return a[1:2]", "return a[2:1]"),
        (variables.swap_operands, "return (a + 1) - b * 2", "return b * 2 - (a + 1)"),
        (variables.swap_operands, "return a - (b - 1)", "return b - 1 - a"),
        (variables.swap_constants, "if a:\n    return 1\nreturn 2", "if a:\n    return 2\nreturn 1"),
        (functions.replace_function, "return max(a, b)", "return min(a, b)"),
        (functions.replace_function, "return any(x for x in a)", "return all(x for x in a)"),
        (functions.replace_function, "return s.lstrip()", "return s.rstrip()"),
        (functions.replace_function, "xs.append(b)", "xs.extend(b)"),
        (functions.replace_function, "raise KeyError(a)", "raise IndexError(a)"),
        (functions.replace_function, "return a.b(\n    1\n).find(b)", "return a.b(\n    1\n).rfind(b)"),
        (removal.unwrap_expression, "return str(a)", "return a"),
        (removal.unwrap_expression, "return a + 1", "return a"),
        (removal.unwrap_expression, "return (a + b) * 2", "return a + b"),
        (removal.unwrap_expression, "return a.strip()", "return a"),
        (removal.unwrap_expression, "return a[0]", "return a"),
        (removal.unwrap_expression, "return f(x for x in a)", "return (x for x in a)"),
        (removal.unwrap_expression, "return list(set(a))", "return list(a)"),
        (removal.unwrap_expression, "return(a)if b else 1", "return a"),
        (removal.drop_operand, "return a and b and 1", "return a and b"),
        (removal.drop_operand, "return sorted(a, reverse=True)", "return sorted(a)"),
        (removal.drop_operand, "return (a, b)", "return (a,)"),
        (removal.drop_operand, "return [x for x in a if x]", "return [x for x in a ]"),
        (removal.delete_statements, "a = 1\nb = 2\nreturn a", "a = 1\nreturn a"),
        (removal.delete_statements, "if a:\n    b = 1\nreturn b", "if a:\n    pass\nreturn b"),
        (removal.delete_statements, "if a:\n    b = 1\nelse:\n    b = 2\nreturn b", "if a:\n    b = 1\nreturn b"),
        (removal.delete_statements, "if a:\n    b = 1\nelif b:\n    b = 2\nreturn b", "if a:\n    b = 1\nreturn b"),
        (removal.delete_statements, "a = 1; b = 2\nreturn a", "pass; b = 2\nreturn a"),
        (removal.delete_statements, "@a\ndef g():\n    pass\nreturn b", "return b"),
        (removal.unwrap_block, "if a:\n    b = 1\nreturn b", "b = 1\nreturn b"),
        (removal.unwrap_block, "try:\n    a()\nexcept KeyError:\n    return b", "a()"),
        (structure.move_out_of_block, "for x in a:\n    b += x\n    return b", "for x in a:\n    b += x\nreturn b"),
        (structure.move_into_block, "for x in a:\n    b += x\nprint(b)", "for x in a:\n    b += x\n    print(b)"),
        (structure.reorder_statements, "a = 1\nb = 2\nreturn a", "b = 2\na = 1\nreturn a"),
        (structure.reorder_statements, "a = 1  # one\n\nb = 2\nreturn a", "b = 2\n\na = 1  # one\nreturn a"),
        (control_flow.replace_control_flow, "if a:\n    b()\nif b:\n    a()", "if a:\n    b()\nelif b:\n    a()"),
        (control_flow.replace_control_flow, "if a:\n    b()\nelif b:\n    a()", "if a:\n    b()\nif b:\n    a()"),
        (control_flow.replace_control_flow, "if a:\n    b()", "while a:\n    b()"),
        (control_flow.replace_control_flow, "while a:\n    break", "while a:\n    continue"),
        (control_flow.replace_control_flow, "a + b", "return a + b"),
        (control_flow.replace_control_flow, "x = (\n    a + b\n)", "return (\n    a + b\n)"),
        (control_flow.replace_control_flow, "yield a", "yield from a"),
        (control_flow.replace_control_flow, "yield a, b", "yield from (a, b)"),
        (control_flow.replace_control_flow, "yield from a", "yield a"),
        (control_flow.replace_control_flow, "for x in a:\n    return x", "for x in a:\n    yield x"),
        (
            structure.move_else_to_loop,
            "for x in a:\n    if x:\n        break\n    else:\n        return b",
            "for x in a:\n    if x:\n        break\nelse:\n    return b",
        ),
        (wrapping.wrap_expression, "return a + b", "return abs(a + b)"),
        (wrapping.wrap_expression, "return a + b", "return (a + b) // 2"),
        (subscripts.replace_slice, "return a[1:]", "return a[1:-1]"),
        (subscripts.replace_slice, "return a[b]", "return a[:b]"),
        (subscripts.replace_slice, "return a[b]", "return a[-1]"),
        (arguments.add_argument, "return sorted(a)", "return sorted(a, reverse=True)"),
        (arguments.add_argument, "return range(b)", "return range(1, b)"),
        (arguments.add_argument, "return range(a, b)", "return range(a, b, -1)"),
        (arguments.add_argument, "return a.get(a == b, **a)", "return a.get(a == b, None, **a)"),
        (arguments.add_argument, "return f(a)", "return f(a, b)"),
        (conditions.extend_condition, "if a:\n    return b", "if a and b > 0:\n    return b"),
        (conditions.extend_condition, "if a or b:\n    return b", "if (a or b) and a > 0:\n    return b"),
        (conditions.replace_condition, "if a:\n    return b", "if not a:\n    return b"),
        (conditions.add_filter, "return [x for x in a]", "return [x for x in a if x > 0]"),
        (conditions.add_filter, "return [x for x in a if x]", "return [x for x in a if x and x != b]"),
        (conditions.add_filter, "return [x for x in a if x or b]", "return [x for x in a if x or b if x > 0]"),
        (conditions.add_filter, "return all(x for x in (a or ()))", "return all(x for x in (a or ()) if x > 0)"),
        (conditions.make_conditional, "a += 1\nreturn a", "if b > 0:\n    a += 1\nreturn a"),
        (conditions.add_lower_bound, "return a <= b", "return 0 <= a <= b"),
        (insertion.insert_guard, "return a // b", "if b == 0:\n    return None\nreturn a // b"),
        (insertion.insert_guard, "return a // b", "if b == 0:\n    return 0\nreturn a // b"),
        (
            insertion.insert_guard,
            "for x in a:\n    b += x",
            "for x in a:\n    if b == 0:\n        continue\n    b += x",
        ),
        (insertion.insert_else, "if a:\n    return b", "if a:\n    return b\nelse:\n    return None"),
        (insertion.insert_step, "total = 0\nwhile a:\n    a -= 1", "total = 0\nwhile a:\n    a -= 1\n    total += 1"),
        (insertion.insert_step, "b = 0\nfor x in a:\n    b += x", "b = 0\nfor x in a:\n    b += x\nreturn b"),
        (statement_reuse.copy_statement, "a = 1\nif b:\n    b = 2", "a = 1\nif b:\n    b = 2\n    a = 1"),
        (
            statement_reuse.repeat_after_loop,
            "out, row = [], []\nfor x in a:\n    if x:\n        out.append(row)\nreturn out",
            "out, row = [], []\nfor x in a:\n    if x:\n        out.append(row)\n"
            "if row:\n    out.append(row)\nreturn out",
        ),
        (
            statement_reuse.repeat_after_loop,
            "left = b\nout = []\nfor x in a:\n    out.append(x)\nreturn out",
            "left = b\nout = []\nfor x in a:\n    out.append(x)\nif left:\n    out.append(left)\nreturn out",
        ),
        (
            structure.lift_statement,
            "if a:\n    b = 1\n    return a\nreturn b",
            "b = 1\nif a:\n    return a\nreturn b",
        ),
        (
            structure.lift_statement,
            "if a:\n    b = 1\n    a = 2\nelse:\n    a = 3\nreturn b",
            "if a:\n    a = 2\nelse:\n    a = 3\nb = 1\nreturn b",
        ),
        (
            statement_reuse.add_elif_variant,
            "if a:\n    n = 1\nreturn n",
            "if a:\n    n = 1\nelif b > 0:\n    n = 0\nreturn n",
        ),
        (
            statement_reuse.add_else_variant,
            "if a:\n    b = 1\nreturn b",
            "if a:\n    b = 1\nelse:\n    b = 0\nreturn b",
        ),
        (accumulation.accumulate, "for n in a:\n    b = n", "for n in a:\n    b = max(b, n)"),
        (accumulation.accumulate, "for n in a:\n    b = n - 1", "for n in a:\n    b = b * 10 + (n - 1)"),
        (collection_elements.add_element, "return [a]", "return [a, b]"),
        (collection_elements.replace_by_plain_value, "return max(a, b)", "return 0"),
        (collection_elements.replace_constant_by_name, "return a + 1", "return a + b"),
        (expression_reuse.reuse_expression, "x = a * 2\nreturn b", "x = a * 2\nreturn a * 2"),
        (expression_reuse.add_operand, "return a", "return a + b"),
        (expression_reuse.add_operand, "return a + b", "return (a + b) * b"),
    ],
)
def test_a_typical_bug_is_repaired(operator, before, after):
    found = rewritten(operator, before, **NUMBERS)
    assert after in found, "\n---\n".join(sorted(found)[:40])


def test_a_generator_is_wrapped_in_a_collection():
    assert "return tuple(x for x in a) == b" in rewritten(wrapping.wrap_expression, "return (x for x in a) == b")
    assert "return b(list(x for x in a))" in rewritten(wrapping.wrap_expression, "return b(x for x in a)")


def test_a_default_value_is_replaced():
    found = results(defaults.replace_default, context("def f(a, b=False, *, c: int = 3):\n    return a\n"))
    assert "def f(a, b=True, *, c: int = 3):\n    return a\n" in found
    assert "def f(a, b=False, *, c: int = 4):\n    return a\n" in found


def test_the_same_bug_in_two_locations_is_repaired_at_once():
    source = function("if a < 0 or b < 0:", "    return a < 9")
    ctx = context(source)
    found = results(lambda ctx: in_several_locations(ctx, list(operator_replacement.replace_comparison(ctx))), ctx)
    assert source.replace("<", "<=") in found
    assert source.replace("<", "<=", 2) in found
    assert source.replace("<", "<=", 1) not in found
