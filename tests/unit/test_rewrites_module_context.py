"""What rewrites take from the code around the unit: the file, the class, observed types and expected exceptions."""

from __future__ import annotations

import ast

from rewriting import context, function, results, rewritten

from reloc_lsp.rewrites.operators.expressions import arguments, constants, variables, wrapping
from reloc_lsp.rewrites.operators.statements import (
    control_flow,
    exception_handling,
    insertion,
    sibling_functions,
)
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.rewrites.unit_context import UnitContext

LISTS = {"xs": "list", "ys": "list", "out": "list", "x": "int"}


def test_names_of_the_module_and_attributes_of_the_class_are_used():
    rest = "\nLOW = 1\nHIGH = 2\ndef g(x): return x\ndef h(x): return x\n"
    assert rewritten(variables.replace_module_name, "return g(LOW)", rest=rest) == {
        "return h(LOW)",
        "return f(LOW)",
        "return g(HIGH)",
    }
    inside = "\nclass A:\n    def f(self, size):\n        self.size = self.width = self.height = size\n"
    found = rewritten(variables.replace_attribute, "return self.width", header="def f(self, size):", rest=inside)
    assert found == {"return self.size", "return self.height"}
    found = rewritten(variables.replace_variable, "return size", header="def f(self, size):", rest=inside)
    assert "return self.size" in found


def test_calls_in_a_coroutine_are_awaited():
    header = "async def f(a, b):"
    assert rewritten(control_flow.add_await, "return a() + 1", header) == {"return await a() + 1"}
    assert rewritten(control_flow.add_await, "return a().b", header) == {"return (await a()).b"}
    assert "await a(b)" in rewritten(control_flow.replace_control_flow, "a(b)", header)
    assert rewritten(control_flow.add_await, "return a() + 1") == set()


def test_observed_types_decide_which_rewrites_are_made():
    assert "return sorted(xs)" in rewritten(wrapping.wrap_expression, "return xs", header="def f(xs):", **LISTS)
    assert "return xs.strip()" not in rewritten(wrapping.wrap_expression, "return xs", header="def f(xs):", **LISTS)
    assert "return xs.strip()" in rewritten(wrapping.wrap_expression, "return xs", header="def f(xs):", xs="str")
    steps = rewritten(insertion.insert_step, "out = []\nfor x in xs:\n    pass", header="def f(xs):", **LISTS)
    assert "out = []\nfor x in xs:\n    out.append(x)\n    pass" in steps
    assert not any("out += 1" in step for step in steps)


def test_an_expected_exception_is_raised():
    ctx = context(function("return a // b"), a="int", b="int")
    object.__setattr__(ctx.module, "expected_exceptions", ("ValueError",))
    assert function("if b < 0:", "    raise ValueError", "return a // b") in results(insertion.insert_guard, ctx)


def test_none_is_replaced_by_values_of_the_unit():
    found = rewritten(constants.replace_none, "n = len(a)\nreturn max(None, b.size)", header="def f(self, a, b):")
    assert {f"n = len(a)\nreturn max({value}, b.size)" for value in ("self", "a", "n", "len(a)")} <= found
    assert rewritten(constants.replace_none, "return a is None") == set()


def test_a_call_gets_a_name_in_scope_as_another_argument():
    found = rewritten(arguments.add_argument, "return unknown(a)")
    assert {"return unknown(a, b)", "return unknown(b, a)"} <= found
    header = "def f(self, *args, **kwargs):"
    assert "return self.g(*args, **kwargs)" in rewritten(arguments.add_argument, "return self.g(*args)", header)


def test_a_small_statement_is_inserted_under_a_condition_on_the_same_names():
    found = rewritten(insertion.insert_guarded_step, "xs.insert(0, x)", header="def f(xs, x):", xs="list", x="str")
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


def test_statements_of_sibling_functions_are_copied():
    source = "    def take(self, other):\n        return self.amount - other.amount\n"
    ctx = UnitContext(source, ModuleContext(ast.parse(CLASS), "Purse.take", {}))
    found = results(sibling_functions.copy_from_sibling, ctx)
    check = "        if other.currency != self.currency:\n            raise ValueError('other currency')\n"
    head, body = source.splitlines(keepends=True)
    assert {head + check + body, head + "        self.changed = True\n" + body} <= found
    assert not any("coin)" in text for text in found)  # there is no `coin` here


def test_an_exception_that_a_failing_test_got_is_handled():
    ctx = context(function("n = a[b]", "return n"), a="dict")
    object.__setattr__(ctx.module, "raised_at", {"n = a[b]": "KeyError"})
    found = results(exception_handling.handle_exception, ctx)
    for action in ("n = None", "return None", "pass"):
        body = ["try:", "    n = a[b]", "except KeyError:", f"    {action}", "return n"]
        assert function(*body) in found


def test_predicates_of_the_file_are_called():
    rest = "def is_special(a): return a\n"
    found = rewritten(insertion.insert_guard, "return a", header="def f(a):", rest=rest)
    assert "if is_special(a):\n    return None\nreturn a" in found


def test_an_attribute_is_set_to_a_value_that_the_file_compares_it_with():
    rest = "class Gate:\n    def open(self):\n        return self.state == 'open'\n"
    module = ModuleContext(ast.parse(rest), "Gate.close", {"self.state": frozenset({"str"})})
    ctx = UnitContext("    def close(self):\n        self.log()\n", module)
    assert "    def close(self):\n        self.state = 'open'\n        self.log()\n" in results(
        insertion.insert_step, ctx
    )
