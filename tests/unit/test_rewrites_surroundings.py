"""What rewrites take from around the code: the file, the class, types that were seen, and what tests wait for."""

from __future__ import annotations

import ast

from rewriting import context, function, mended, results

from reloc_lsp.rewrites.operators.expressions import constants, variables, wrapping
from reloc_lsp.rewrites.operators.statements import exception_handling, insertion, sibling_functions, structure
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.rewrites.source.unit_context import UnitContext

LISTS = {"xs": "list", "ys": "list", "out": "list", "x": "int"}


def test_names_of_the_module_and_attributes_of_the_class():
    rest = "\nLOW = 1\nHIGH = 2\ndef g(x): return x\ndef h(x): return x\n"
    assert mended(variables.replace_module_name, "return g(LOW)", rest=rest) == {
        "return h(LOW)",
        "return f(LOW)",
        "return g(HIGH)",
    }
    inside = "\nclass A:\n    def f(self, size):\n        self.size = self.width = self.height = size\n"
    found = mended(variables.replace_attribute, "return self.width", header="def f(self, size):", rest=inside)
    assert found == {"return self.size", "return self.height"}
    found = mended(variables.replace_variable, "return size", header="def f(self, size):", rest=inside)
    assert "return self.size" in found


def test_a_coroutine_waits_for_what_it_calls():
    header = "async def f(a, b):"
    assert mended(structure.add_await, "return a() + 1", header) == {"return await a() + 1"}
    assert mended(structure.add_await, "return a().b", header) == {"return (await a()).b"}
    assert "await a(b)" in mended(structure.replace_control_flow, "a(b)", header)
    assert mended(structure.add_await, "return a() + 1") == set()


def test_types_choose_what_is_offered():
    assert "return sorted(xs)" in mended(wrapping.wrap_expression, "return xs", header="def f(xs):", **LISTS)
    assert "return xs.strip()" not in mended(wrapping.wrap_expression, "return xs", header="def f(xs):", **LISTS)
    assert "return xs.strip()" in mended(wrapping.wrap_expression, "return xs", header="def f(xs):", xs="str")
    steps = mended(insertion.insert_step, "out = []\nfor x in xs:\n    pass", header="def f(xs):", **LISTS)
    assert "out = []\nfor x in xs:\n    out.append(x)\n    pass" in steps
    assert not any("out += 1" in step for step in steps)


def test_an_expected_exception_is_raised():
    ctx = context(function("return a // b"), a="int", b="int")
    object.__setattr__(ctx.module, "expected_exceptions", ("ValueError",))
    assert function("if b < 0:", "    raise ValueError", "return a // b") in results(insertion.insert_guard, ctx)


def test_a_missing_value_is_filled_from_what_the_unit_has():
    found = mended(constants.replace_none, "n = len(a)\nreturn max(None, b.size)", header="def f(self, a, b):")
    assert {f"n = len(a)\nreturn max({value}, b.size)" for value in ("self", "a", "n", "len(a)")} <= found
    assert mended(constants.replace_none, "return a is None") == set()


def test_a_call_gets_a_name_in_scope_as_a_further_argument():
    found = mended(wrapping.add_argument, "return unknown(a)")
    assert {"return unknown(a, b)", "return unknown(b, a)"} <= found
    header = "def f(self, *args, **kwargs):"
    assert "return self.g(*args, **kwargs)" in mended(wrapping.add_argument, "return self.g(*args)", header)


def test_a_small_statement_is_done_under_a_condition_about_the_same_thing():
    found = mended(insertion.insert_guarded_step, "xs.insert(0, x)", header="def f(xs, x):", xs="list", x="str")
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
    found = results(sibling_functions.copy_from_sibling, ctx)
    check = "        if other.currency != self.currency:\n            raise ValueError('other currency')\n"
    head, body = source.splitlines(keepends=True)
    assert {head + check + body, head + "        self.changed = True\n" + body} <= found
    assert not any("coin)" in text for text in found)  # there is no `coin` here


def test_an_exception_that_a_test_got_is_handled():
    ctx = context(function("n = a[b]", "return n"), a="dict")
    object.__setattr__(ctx.module, "raised", {"n = a[b]": "KeyError"})
    found = results(exception_handling.handle_exception, ctx)
    for action in ("n = None", "return None", "pass"):
        body = ["try:", "    n = a[b]", "except KeyError:", f"    {action}", "return n"]
        assert function(*body) in found


def test_the_files_own_predicates_are_asked():
    rest = "def is_special(a): return a\n"
    found = mended(insertion.insert_guard, "return a", header="def f(a):", rest=rest)
    assert "if is_special(a):\n    return None\nreturn a" in found


def test_a_field_is_set_to_what_the_file_knows_it_to_be():
    rest = "class Gate:\n    def open(self):\n        return self.state == 'open'\n"
    module = ModuleContext(ast.parse(rest), "Gate.close", {"self.state": frozenset({"str"})})
    ctx = UnitContext("    def close(self):\n        self.log()\n", module)
    assert "    def close(self):\n        self.state = 'open'\n        self.log()\n" in results(
        insertion.insert_step, ctx
    )
