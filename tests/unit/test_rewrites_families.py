"""What the families of rewrites promise, on the small functions that they are for."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest
from rewriting import context, function, results

from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.rewrites.context import UnitContext
from reloc_lsp.rewrites.families import (
    FAMILIES,
    accumulating,
    borrowing,
    conditions,
    constants,
    defaults,
    elements,
    functions,
    handling,
    ingredients,
    insertion,
    operators,
    removal,
    siblings,
    structure,
    variables,
    wrapping,
)
from reloc_lsp.rewrites.families.paired import paired
from reloc_lsp.rewrites.module import ModuleContext
from reloc_lsp.rewrites.rewrite import Family

NUMBERS = {"a": "int", "b": "int", "n": "int", "i": "int", "total": "int"}
LISTS = {"xs": "list", "ys": "list", "out": "list", "x": "int"}


def mended(family: Family, before: str, header: str = "def f(a, b):", rest: str = "", **types: str) -> set[str]:
    """The bodies that the family makes of a function with the body `before`."""
    lines = dedent(before).strip("\n").split("\n")
    found = results(family, context(function(*lines, header=header), rest=rest, **types))
    return {dedent(source.removeprefix(header + "\n")).strip("\n") for source in found}


@pytest.mark.parametrize(
    ("family", "before", "after"),
    [
        (operators.comparison, "return a < b", {"<=", ">", ">=", "!=", "=="}),
        (operators.comparison, "return a is b", {"is not", "=="}),
        (operators.comparison, "return a not in b", {"in", "!="}),
        (operators.boolean, "return a and b", {"or"}),
        (operators.arithmetic, "return a << b", {">>", "*", "+"}),
        (operators.arithmetic, "return 'x' % b", {"*", "+"}),
    ],
)
def test_an_operator_becomes_each_of_its_relatives(family, before, after):
    old = before.removeprefix("return ").split(" ", 1)[1].removesuffix(" b")
    assert mended(family, before) == {before.replace(f" {old} ", f" {new} ") for new in after}


def test_every_operator_of_a_chain_is_exchanged_by_itself():
    found = mended(operators.comparison, "return a < n <= b")
    assert {"return a <= n <= b", "return a < n < b"} <= found and "return a <= n < b" not in found


def test_operands_keep_their_grouping_under_another_operator():
    found = mended(operators.arithmetic, "return a - b * 2")
    assert {"return a - (b + 2)", "return a - b / 2", "return a * (b * 2)"} <= found
    assert "return (a + b) * 2 - 1" in mended(operators.arithmetic, "return (a - b) * 2 - 1")
    assert "return a ** (b - 1)" in mended(operators.arithmetic, "return a * (b - 1)")
    assert "return a**b" in mended(operators.arithmetic, "return a*b")


def test_an_operator_is_found_behind_a_comment_that_holds_one():
    assert "return (a  # < or >\n        <= b)" in mended(operators.comparison, "return (a  # < or >\n        < b)")


@pytest.mark.parametrize(
    ("family", "before", "after"),
    [
        (operators.augmented, "total = 0\nfor x in a:\n    total -= x", "total = 0\nfor x in a:\n    total += x"),
        (operators.augmented, "total = 0\nfor x in a:\n    total = x", "total = 0\nfor x in a:\n    total += x"),
        (operators.augmented, "total = 0\nfor x in a:\n    total += x", "total = 0\nfor x in a:\n    total = x"),
        (operators.unary, "return -a", "return a"),
        (operators.unary, "if a and b:\n    return 1", "if not (a and b):\n    return 1"),
        (operators.unary, "if not a:\n    return 1", "if a:\n    return 1"),
        (operators.unary, "return a * b", "return -a * b"),
        (operators.unary, "return a ** b", "return (-a) ** b"),
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
        (borrowing.copies, "a = 1\nif b:\n    b = 2", "a = 1\nif b:\n    b = 2\n    a = 1"),
        (
            borrowing.flushes,
            "out, row = [], []\nfor x in a:\n    if x:\n        out.append(row)\nreturn out",
            "out, row = [], []\nfor x in a:\n    if x:\n        out.append(row)\n"
            "if row:\n    out.append(row)\nreturn out",
        ),
        (
            borrowing.flushes,
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
        (borrowing.branches, "if a:\n    n = 1\nreturn n", "if a:\n    n = 1\nelif b > 0:\n    n = 0\nreturn n"),
        (borrowing.other_cases, "if a:\n    b = 1\nreturn b", "if a:\n    b = 1\nelse:\n    b = 0\nreturn b"),
        (accumulating.accumulated, "for n in a:\n    b = n", "for n in a:\n    b = max(b, n)"),
        (accumulating.accumulated, "for n in a:\n    b = n - 1", "for n in a:\n    b = b * 10 + (n - 1)"),
        (elements.added, "return [a]", "return [a, b]"),
        (elements.plain_values, "return max(a, b)", "return 0"),
        (elements.names_for_constants, "return a + 1", "return a + b"),
        (ingredients.reused, "x = a * 2\nreturn b", "x = a * 2\nreturn a * 2"),
        (ingredients.extended, "return a", "return a + b"),
        (ingredients.extended, "return a + b", "return (a + b) * b"),
    ],
)
def test_a_typical_bug_is_mended(family, before, after):
    found = mended(family, before, **NUMBERS)
    assert after in found, "\n---\n".join(sorted(found)[:40])


def test_nothing_moves_out_between_two_parts_of_a_statement():
    handlers = "except OSError:\n    a = 1\n    b = 2\n"
    assert mended(structure.moved_out, f"try:\n    a()\n{handlers}") == {
        f"try:\n    a()\n{handlers}".replace("    b", "b")[:-1]
    }
    assert mended(structure.moved_out, f"try:\n    a()\n{handlers}else:\n    b()") == set()


def test_names_of_the_module_and_attributes_of_the_class():
    rest = "\nLOW = 1\nHIGH = 2\ndef g(x): return x\ndef h(x): return x\n"
    assert mended(variables.module_names, "return g(LOW)", rest=rest) == {
        "return h(LOW)",
        "return f(LOW)",
        "return g(HIGH)",
    }
    inside = "\nclass A:\n    def f(self, size):\n        self.size = self.width = self.height = size\n"
    found = mended(variables.attributes, "return self.width", header="def f(self, size):", rest=inside)
    assert found == {"return self.size", "return self.height"}
    found = mended(variables.variables, "return size", header="def f(self, size):", rest=inside)
    assert "return self.size" in found


def test_a_coroutine_waits_for_what_it_calls():
    header = "async def f(a, b):"
    assert mended(structure.awaited, "return a() + 1", header) == {"return await a() + 1"}
    assert mended(structure.awaited, "return a().b", header) == {"return (await a()).b"}
    assert "await a(b)" in mended(structure.kinds_of_branch, "a(b)", header)
    assert mended(structure.awaited, "return a() + 1") == set()


def test_types_choose_what_is_offered():
    assert "return sorted(xs)" in mended(wrapping.wrapped, "return xs", header="def f(xs):", **LISTS)
    assert "return xs.strip()" not in mended(wrapping.wrapped, "return xs", header="def f(xs):", **LISTS)
    assert "return xs.strip()" in mended(wrapping.wrapped, "return xs", header="def f(xs):", xs="str")
    steps = mended(insertion.steps, "out = []\nfor x in xs:\n    pass", header="def f(xs):", **LISTS)
    assert "out = []\nfor x in xs:\n    out.append(x)\n    pass" in steps
    assert not any("out += 1" in step for step in steps)


def test_a_generator_is_collected():
    assert "return tuple(x for x in a) == b" in mended(wrapping.wrapped, "return (x for x in a) == b")
    assert "return b(list(x for x in a))" in mended(wrapping.wrapped, "return b(x for x in a)")


def test_an_expected_exception_is_raised():
    ctx = context(function("return a // b"), a="int", b="int")
    object.__setattr__(ctx.module, "wanted_errors", ("ValueError",))
    assert function("if b < 0:", "    raise ValueError", "return a // b") in results(insertion.guards, ctx)


def test_a_missing_value_is_filled_from_what_the_unit_has():
    found = mended(constants.filled, "n = len(a)\nreturn max(None, b.size)", header="def f(self, a, b):")
    assert {f"n = len(a)\nreturn max({value}, b.size)" for value in ("self", "a", "n", "len(a)")} <= found
    assert mended(constants.filled, "return a is None") == set()


def test_another_default_leaves_the_body_alone():
    found = results(defaults.defaults, context("def f(a, b=False, *, c: int = 3):\n    return a\n"))
    assert "def f(a, b=True, *, c: int = 3):\n    return a\n" in found
    assert "def f(a, b=False, *, c: int = 4):\n    return a\n" in found


def test_a_call_gets_a_name_in_scope_as_a_further_argument():
    found = mended(wrapping.arguments, "return unknown(a)")
    assert {"return unknown(a, b)", "return unknown(b, a)"} <= found
    header = "def f(self, *args, **kwargs):"
    assert "return self.g(*args, **kwargs)" in mended(wrapping.arguments, "return self.g(*args)", header)


def test_a_small_statement_is_done_under_a_condition_about_the_same_thing():
    found = mended(insertion.guarded_steps, "xs.insert(0, x)", header="def f(xs, x):", xs="list", x="str")
    assert "if x in xs:\n    xs.remove(x)\nxs.insert(0, x)" in found


CLASS = """
class Purse:
    def add(self, other):
        if other.currency != self.currency:
            raise ValueError("other currency")
        self.changed = True
        for coin in other.coins:
            self.coins.append(coin)
        return other
    def take(self, other):
        return self.amount - other.amount
"""


def test_what_a_sibling_does_may_be_missing_here():
    source = "    def take(self, other):\n        return self.amount - other.amount\n"
    ctx = UnitContext(source, ModuleContext(ast.parse(CLASS), "Purse.take", {}))
    found = results(siblings.siblings, ctx)
    check = "        if other.currency != self.currency:\n            raise ValueError('other currency')\n"
    head, body = source.splitlines(keepends=True)
    assert {head + check + body, head + "        self.changed = True\n" + body} <= found
    assert not any("coin)" in text for text in found)  # there is no `coin` here


def test_an_exception_that_a_test_got_is_handled():
    ctx = context(function("n = a[b]", "return n"), a="dict")
    object.__setattr__(ctx.module, "raised", {"n = a[b]": "KeyError"})
    found = results(handling.caught, ctx)
    for action in ("n = None", "return None", "pass"):
        body = ["try:", "    n = a[b]", "except KeyError:", f"    {action}", "return n"]
        assert function(*body) in found


def test_the_files_own_predicates_are_asked():
    rest = "def is_special(a): return a\n"
    found = mended(insertion.guards, "return a", header="def f(a):", rest=rest)
    assert "if is_special(a):\n    return None\nreturn a" in found


def test_a_field_is_set_to_what_the_file_knows_it_to_be():
    rest = "class Gate:\n    def open(self):\n        return self.state == 'open'\n"
    module = ModuleContext(ast.parse(rest), "Gate.close", {"self.state": frozenset({"str"})})
    ctx = UnitContext("    def close(self):\n        self.log()\n", module)
    assert "    def close(self):\n        self.state = 'open'\n        self.log()\n" in results(insertion.steps, ctx)


def test_the_same_mistake_in_two_places_is_mended_at_once():
    source = function("if a < 0 or b < 0:", "    return a < 9")
    ctx = context(source)
    found = results(lambda ctx: paired(ctx, list(operators.comparison(ctx))), ctx)
    assert source.replace("<", "<=") in found
    assert source.replace("<", "<=", 2) in found
    assert source.replace("<", "<=", 1) not in found


def test_what_overlaps_is_not_done_together():
    ctx = context(function("return a[a[0]]"), a="list")
    single = list(wrapping.wrapped(ctx))
    for rewrite in paired(ctx, single):
        first, *others = sorted(rewrite.edits)
        assert all(first.end <= other.start for other in others)


def test_docstrings_annotations_and_the_header_are_left_alone():
    source = function('"""Return 1 and a."""', "x: 'int' = a", "return x")
    for family in (constants.constants, variables.variables, removal.deleted, elements.names_for_constants):
        for result in results(family, context(source)):
            assert result.startswith("def f(a, b):\n" + '    """Return 1 and a."""\n')
            assert "'int'" in result or "return x" in result


def test_a_text_on_one_line_can_be_rewritten_as_well():
    ctx = context("def f(a, b): return a - b\n")
    assert "def f(a, b): return b - a\n" in results(variables.swapped, ctx)
    assert results(insertion.guards, ctx) == set()


def test_the_last_line_may_have_no_end():
    found = results(insertion.steps, context("def f(a, b):\n    b = a", a="int"))
    assert "def f(a, b):\n    b = a\n    return b" in found


def test_a_method_keeps_its_indentation():
    ctx = context("    def f(self, a):\n        if a:\n            return 1\n", "A.f")
    assert (
        "    def f(self, a):\n        if a:\n            return 1\n        else:\n            return None\n"
        in results(insertion.else_branches, ctx)
    )


@pytest.mark.parametrize("family", [family for family, _ in FAMILIES], ids=lambda family: family.__name__)
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
def test_every_family_manages_every_kind_of_code(family, source):
    for result in results(family, context(source)):
        parse_unit(result)
