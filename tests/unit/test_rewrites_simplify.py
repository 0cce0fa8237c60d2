"""Refactorings that simplify: what each makes, and what it leaves unchanged."""

from __future__ import annotations

import pytest
from rewriting import context, function, results

from reloc_lsp.program.syntax_size import syntax_nodes
from reloc_lsp.rewrites.refactorings.simplify import (
    SIMPLIFICATIONS,
    any_all,
    boolean_returns,
    calls,
    comparisons,
    comprehensions,
    conditional_values,
    counting,
    dict_lookups,
    emptiness,
    nesting,
    redundant_code,
    string_formatting,
)


def made(operator, before: str, **types: str) -> set[str]:
    header = "def f(a, b, xs, d):"
    return results(operator, context(function(*_lines(before), header=header), **types))


def _lines(text: str) -> list[str]:
    """`if a:; > return b` is two lines, `>` standing for a level of indentation."""
    lines = []
    for line in text.split("; "):
        depth = len(line) - len(line.lstrip(">"))
        lines.append("    " * depth + line.lstrip(">").strip())
    return lines


def wanted(after: str) -> set[str]:
    return {function(*_lines(after), header="def f(a, b, xs, d):")}


MAKES = [
    (boolean_returns.return_condition, "if a is b:; >return True; else:; >return False", "return a is b", {}),
    (boolean_returns.return_condition, "if a in xs:; >return False; return True", "return a not in xs", {}),
    (boolean_returns.return_condition, "if not a:; >return True; return False", "return not a", {}),
    (boolean_returns.return_condition, "if a:; >return True; return False", "return bool(a)", {}),
    (
        boolean_returns.return_condition,
        "if a < b:; >return True; return False",
        "return a < b",
        {"a": "int", "b": "int float"},
    ),
    (boolean_returns.simplify_conditional, "return True if a in xs else False", "return a in xs", {}),
    (boolean_returns.simplify_conditional, "return 1 if not a else 2", "return 2 if a else 1", {}),
    (boolean_returns.simplify_negation, "return not a in xs", "return a not in xs", {}),
    (boolean_returns.simplify_negation, "return not a == b", "return a != b", {"a": "str", "b": "str"}),
    (boolean_returns.simplify_negation, "if not not a:; >return b", "if a:; >return b", {}),
    (boolean_returns.drop_comparison_with_bool, "return a == True", "return a", {"a": "bool"}),
    (boolean_returns.drop_comparison_with_bool, "return a != True", "return not a", {"a": "bool"}),
    (conditional_values.conditional_to_or, "return a if a else b", "return a or b", {}),
    (conditional_values.conditional_to_or, "return b if not a else a", "return a or b", {}),
    (conditional_values.conditional_to_or, "return (b or d) if a else a", "return a and (b or d)", {}),
    (
        conditional_values.if_else_to_conditional,
        "if a:; >c = 1; else:; >c = 2; return c",
        "c = 1 if a else 2; return c",
        {},
    ),
    (
        comprehensions.loop_to_comprehension,
        "c = []; for x in xs:; >c.append(x + a); return c",
        "c = [x + a for x in xs]; return c",
        {},
    ),
    (
        comprehensions.loop_to_comprehension,
        "c = []; a += 1; for x in xs:; >if x > a:; >>for y in x:; >>>c.append((x, y)); return c",
        "a += 1; c = [(x, y) for x in xs if x > a for y in x]; return c",
        {},
    ),
    (
        comprehensions.loop_to_comprehension,
        "c = set(); for x in xs:; >c.add(x); return c",
        "c = {x for x in xs}; return c",
        {},
    ),
    (
        comprehensions.loop_to_comprehension,
        "c = {}; for x in xs:; >c[x] = a(x); return c",
        "c = {x: a(x) for x in xs}; return c",
        {},
    ),
    (
        any_all.loop_to_any_all,
        "for x in xs:; >if x == a:; >>return True; return False",
        "return any(x == a for x in xs)",
        {},
    ),
    (
        any_all.loop_to_any_all,
        "for x in xs:; >if x in d:; >>return False; return True",
        "return all(x not in d for x in xs)",
        {},
    ),
    (
        any_all.flag_to_any_all,
        "c = False; for x in xs:; >if x > a:; >>c = True; >>break; return c",
        "c = any(x > a for x in xs); return c",
        {},
    ),
    (
        counting.loop_to_sum,
        "c = 0; for x in xs:; >if x > a:; >>c += 1; return c",
        "c = sum(1 for x in xs if x > a); return c",
        {"c": "int"},
    ),
    (
        counting.range_len_to_enumerate,
        "for i in range(len(xs)):; >if xs[i] == a:; >>return i",
        "for i, x in enumerate(xs):; >if x == a:; >>return i",
        {"xs": "list"},
    ),
    (
        counting.range_len_to_enumerate,
        "c = []; for i in range(len(xs)):; >c.append(xs[i] + 1); return c",
        "c = []; for x in xs:; >c.append(x + 1); return c",
        {"xs": "list tuple"},
    ),
    (counting.to_augmented_assignment, "a = a + b; return a", "a += b; return a", {"a": "int"}),
    (dict_lookups.conditional_to_get, "return d[a] if a in d else 0", "return d.get(a, 0)", {"d": "dict"}),
    (dict_lookups.conditional_to_get, "return None if a not in d else d[a]", "return d.get(a)", {"d": "dict"}),
    (
        dict_lookups.if_else_to_get,
        "if a in d:; >c = d[a]; else:; >c = []; return c",
        "c = d.get(a, []); return c",
        {"d": "dict"},
    ),
    (nesting.merge_nested_ifs, "if a or b:; >if d:; >>return 1", "if (a or b) and d:; >return 1", {}),
    (nesting.merge_nested_withs, "with a as c:; >with b:; >>return c", "with a as c, b:; >return c", {}),
    (
        nesting.merge_equal_branches,
        "if a:; >return 1; elif b:; >return 1; else:; >return 2",
        "if a or b:; >return 1; else:; >return 2",
        {},
    ),
    (comparisons.chain_comparisons, "return a < b and b < d", "return a < b < d", {}),
    (comparisons.chain_comparisons, "return a <= b and b < d and xs", "return a <= b < d and xs", {}),
    (comparisons.chain_comparisons, "return b > 1 and b < 9", "return 1 < b < 9", {"b": "int"}),
    (comparisons.equalities_to_in, "return a == 1 or a == 2", "return a in (1, 2)", {"a": "int"}),
    (comparisons.equalities_to_in, "return a != 1 and a not in (2, 3)", "return a not in (1, 2, 3)", {"a": "int"}),
    (
        comparisons.merge_calls,
        "return isinstance(a, int) or isinstance(a, (str, bytes))",
        "return isinstance(a, (int, str, bytes))",
        {},
    ),
    (
        comparisons.merge_calls,
        "return a.startswith('x') or a.startswith('y')",
        "return a.startswith(('x', 'y'))",
        {"a": "str"},
    ),
    (emptiness.drop_len, "return len(xs) == 0", "return not xs", {"xs": "list"}),
    (emptiness.drop_len, "if a and len(xs) > 0:; >return 1", "if a and xs:; >return 1", {"xs": "list str"}),
    (calls.call_to_literal, "return dict()", "return {}", {}),
    (calls.call_to_literal, "return set([1, a])", "return {1, a}", {}),
    (calls.call_to_literal, "return sorted(list(xs))", "return sorted(xs)", {}),
    (calls.call_to_literal, "return list(sorted(xs, key=a))", "return sorted(xs, key=a)", {}),
    (calls.call_to_comprehension, "return list(x + 1 for x in xs)", "return [x + 1 for x in xs]", {}),
    (calls.call_to_comprehension, "return dict((x, 1) for x in xs)", "return {x: 1 for x in xs}", {}),
    (calls.call_to_comprehension, "return [x for x in xs]", "return list(xs)", {}),
    (calls.call_to_comprehension, "return sum(x for x in xs)", "return sum(xs)", {}),
    (calls.drop_default_argument, "return range(0, a)", "return range(a)", {}),
    (calls.drop_default_argument, "return a in d.keys()", "return a in d", {"d": "dict"}),
    (calls.drop_default_argument, "return d.get(a, None)", "return d.get(a)", {"d": "dict"}),
    (calls.simplify_iteration, "for _, v in d.items():; >a(v)", "for v in d.values():; >a(v)", {"d": "dict"}),
    (calls.simplify_iteration, "for i, x in enumerate(xs):; >a(x)", "for x in xs:; >a(x)", {}),
    (
        string_formatting.concatenation_to_fstring,
        "return 'a' + str(a) + ': ' + b",
        "return f'a{a}: {b}'",
        {"a": "int float", "b": "str"},
    ),
    (redundant_code.swap_by_tuple, "c = a; a = b; b = c; return a, b", "a, b = b, a; return a, b", {}),
    (redundant_code.return_directly, "c = a(b); return c", "return a(b)", {}),
    (
        redundant_code.drop_else,
        "if a:; >return 1; elif b:; >raise d; else:; ># why; >b = 2; return b",
        "if a:; >return 1; elif b:; >raise d; # why; b = 2; return b",
        {},
    ),
    (redundant_code.drop_else, "if a:; >b = 1; else:; >pass; return b", "if a:; >b = 1; return b", {}),
    (redundant_code.drop_dead_statement, "a(b); pass", "a(b)", {}),
    (redundant_code.drop_dead_statement, "for x in xs:; >a(x); >continue", "for x in xs:; >a(x)", {}),
    (redundant_code.drop_dead_statement, "a(b); return None", "a(b)", {}),
    (redundant_code.drop_dead_statement, "return a; b(d)", "return a", {}),
]


@pytest.mark.parametrize(("operator", "before", "after", "types"), MAKES)
def test_it_simplifies(operator, before, after, types):
    assert made(operator, before, **types) == wanted(after)
    smaller = [syntax_nodes(text) for text in wanted(after)]
    assert smaller[0] < syntax_nodes(function(*_lines(before), header="def f(a, b, xs, d):"))


LEAVES = [
    # `<` may give anything, as it does for arrays.
    (boolean_returns.return_condition, "if a < b:; >return True; return False", {"a": "ndarray", "b": "int"}),
    (boolean_returns.return_condition, "if a < b:; >return True; return False", {}),
    (boolean_returns.return_condition, "if a is b:; >return 1; return False", {}),
    (boolean_returns.simplify_negation, "return not a == b", {}),
    (boolean_returns.simplify_negation, "return not a < b", {"a": "float", "b": "float"}),
    (boolean_returns.simplify_negation, "return not not a", {}),
    (boolean_returns.drop_comparison_with_bool, "return a == True", {"a": "int"}),
    # What is called twice may answer twice.
    (conditional_values.conditional_to_or, "return a() if a() else b", {}),
    (conditional_values.conditional_to_or, "return a.b if a.b else b", {}),
    (conditional_values.if_else_to_conditional, "if a:; >c = 1; else:; >d = 2; return c", {}),
    (conditional_values.if_else_to_conditional, "if a:; >c = 1 if b else 3; else:; >c = 2; return c", {}),
    # The half-made value or a name of the loop is looked at elsewhere.
    (comprehensions.loop_to_comprehension, "c = []; for x in xs:; >c.append(len(c)); return c", {}),
    (comprehensions.loop_to_comprehension, "c = []; for x in xs:; >c.append(x); return c, x", {}),
    (
        comprehensions.loop_to_comprehension,
        "try:; >c = []; >for x in xs:; >>c.append(a(x)); except ValueError:; >return c",
        {},
    ),
    (comprehensions.loop_to_comprehension, "c = []; b(c); for x in xs:; >c.append(x); return c", {}),
    (comprehensions.loop_to_comprehension, "c = [1]; for x in xs:; >c.append(x); return c", {}),
    (comprehensions.loop_to_comprehension, "c = []; for x in xs:; >c.append(x); else:; >a(); return c", {}),
    (comprehensions.loop_to_comprehension, "c = []; for x in xs:; >c.append(lambda: x); return c", {}),
    (comprehensions.loop_to_comprehension, "c = []; for x in xs:; >c.append((yield x)); return c", {}),
    (comprehensions.loop_to_comprehension, "c = []; for x in xs:; >for y in xs:; >>c.append(y); >>b = x; return c", {}),
    (comprehensions.loop_to_comprehension, "c = []; for x in xs:; >for x in x:; >>c.append(x); return c", {}),
    (comprehensions.loop_to_comprehension, "c = []; for x in xs:; >c.append(x); return c, locals()", {}),
    (comprehensions.loop_to_comprehension, "c = []; g = lambda: c; for x in xs:; >c.append(g()); return c", {}),
    (comprehensions.loop_to_comprehension, "c = {}; for x in xs:; >c[a(x)] = b(x); return c", {}),
    (any_all.loop_to_any_all, "for x in xs:; >if x == a:; >>return x; return False", {}),
    (any_all.loop_to_any_all, "for x in xs:; >if next(a) == x:; >>return True; return False", {}),
    (any_all.loop_to_any_all, "for x in xs:; >if x == a:; >>return True; b(); return False", {}),
    (any_all.flag_to_any_all, "c = False; for x in xs:; >if x > a:; >>c = True; return c", {}),
    (any_all.flag_to_any_all, "c = False; for x in xs:; >if x > c:; >>c = True; >>break; return c", {}),
    # Floats are added more exactly by `sum` than by a loop.
    (counting.loop_to_sum, "c = 0; for x in xs:; >c += x; return c", {"c": "int float"}),
    (counting.loop_to_sum, "c = 0; for x in xs:; >c += x; return c", {}),
    (counting.loop_to_sum, "c = 1; for x in xs:; >c += x; return c", {"c": "int"}),
    (counting.range_len_to_enumerate, "for i in range(len(xs)):; >xs[i] = a", {"xs": "list"}),
    (counting.range_len_to_enumerate, "for i in range(len(xs)):; >a(xs[i])", {"xs": "list"}),
    (counting.range_len_to_enumerate, "for i in range(len(xs)):; >b = xs[i] + xs[i - 1]", {"xs": "list"}),
    (counting.range_len_to_enumerate, "for i in range(len(xs)):; >b = xs[i]", {"xs": "dict"}),
    (counting.range_len_to_enumerate, "for i in range(len(xs)):; >b = xs[i]; >i = 3", {"xs": "list"}),
    # A list is changed in place by `+=`, and others may know it.
    (counting.to_augmented_assignment, "a = a + b; return a", {"a": "list"}),
    (counting.to_augmented_assignment, "a = a + b; return a", {}),
    (counting.to_augmented_assignment, "a = b + a; return a", {"a": "str"}),
    (dict_lookups.conditional_to_get, "return d[a] if a in d else 0", {"d": "defaultdict"}),
    (dict_lookups.conditional_to_get, "return d[a] if a in d else b()", {"d": "dict"}),
    (dict_lookups.conditional_to_get, "return d[a()] if a() in d else 0", {"d": "dict"}),
    (nesting.merge_nested_ifs, "if a:; >if b:; >>return 1; >return 2", {}),
    (nesting.merge_nested_ifs, "if a:; >if b:; >>return 1; else:; >return 2", {}),
    (nesting.merge_nested_ifs, "if a:; >if b:  # why; >>return 1", {}),
    (comparisons.chain_comparisons, "return a < b() and b() < d", {}),
    (comparisons.chain_comparisons, "return b > a and b < d", {"b": "int"}),
    (comparisons.chain_comparisons, "return a < b or b < d", {}),
    (comparisons.chain_comparisons, "return a < b and b != d", {}),
    (comparisons.equalities_to_in, "return a == 1 or a == 2", {}),
    (comparisons.equalities_to_in, "return a == 1 or a == b", {"a": "int", "b": "int"}),
    (comparisons.equalities_to_in, "return a == 1 and a == 2", {"a": "int"}),
    (comparisons.merge_calls, "return a.startswith('x') or a.startswith('y')", {}),
    (emptiness.drop_len, "return len(xs) == 0", {"xs": "list Thing"}),
    (emptiness.drop_len, "return len(xs) > 0", {"xs": "list"}),
    (calls.call_to_comprehension, "return [x for x in xs if x]", {}),
    (calls.call_to_comprehension, "return list(next(a) for x in xs)", {}),
    (calls.drop_default_argument, "return d.get(a, None)", {}),
    (calls.simplify_iteration, "for i, x in enumerate(xs):; >a(x); return i", {}),
    (calls.simplify_iteration, "for i, x in enumerate(xs, b()):; >a(x)", {}),
    (string_formatting.concatenation_to_fstring, "return 'a' + str(a)", {"a": "Decimal"}),
    (string_formatting.concatenation_to_fstring, "return 'a' + b", {}),
    (string_formatting.concatenation_to_fstring, "return 'a{' + str(a)", {"a": "int"}),
    (string_formatting.concatenation_to_fstring, "return 'a' + str(a['b'])", {}),
    (string_formatting.concatenation_to_fstring, "return 'a' + b'b'", {}),
    (redundant_code.swap_by_tuple, "c = a; a = b; b = c; return c", {}),
    (redundant_code.return_directly, "c = a(b); b(c); return c", {}),
    (redundant_code.return_directly, "c = a(b); return lambda: c", {}),
    (redundant_code.drop_else, "if a:; >b = 1; else:; >b = 2; return b", {}),
    (redundant_code.drop_dead_statement, "for x in xs:; >if x:; >>continue; >a(x)", {}),
    (redundant_code.drop_dead_statement, "if a:; >return 1; return None", {}),
    # What is never reached still makes a name local, or the function a generator.
    (redundant_code.drop_dead_statement, "return a; yield b", {}),
    (redundant_code.drop_dead_statement, "c = a; return c; d = 1", {}),
]


@pytest.mark.parametrize(("operator", "before", "types"), LEAVES)
def test_it_leaves_unchanged(operator, before, types):
    assert made(operator, before, **types) == set()


def test_a_name_that_shadows_a_builtin_is_not_that_builtin():
    for name, before in [
        ("any", "for x in xs:; >if x:; >>return True; return False"),
        ("list", "return list(x for x in xs)"),
        ("range", "return range(0, a)"),
        ("len", "return len(xs) == 0"),
    ]:
        source = function(*_lines(before), header="def f(a, b, xs, d):")
        hidden = context(source, rest=f"\ndef {name}(x): return x\n", xs="list")
        assert not [text for operator in SIMPLIFICATIONS for text in results(operator, hidden)], name
