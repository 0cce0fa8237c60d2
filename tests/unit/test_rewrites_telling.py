"""Rewrites made of what docstrings tell, what was seen at run time and what the file calls alike."""

from __future__ import annotations

import ast

from rewriting import context, function, results

from reloc_lsp.rewrites.analysis.condition_synthesis import all_conditions
from reloc_lsp.rewrites.operators.expressions import constants, expression_reuse
from reloc_lsp.rewrites.operators.statements import insertion, statement_reuse
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.rewrites.source.unit_context import UnitContext


def told(source: str, *constants: str, qualname: str = "f", rest: str = "", **types: str) -> UnitContext:
    """A unit whose docstring tells of constants."""
    seen = {name: frozenset(kinds.split()) for name, kinds in types.items()}
    return UnitContext(source, ModuleContext(ast.parse(source + rest), qualname, seen, told=constants))


def test_constants_that_the_docstring_tells_of_are_tried():
    ctx = told(function("return a * 12 if b == 'x' else 0"), "37", "'late'")
    assert function("return a * 37 if b == 'x' else 0") in results(constants.replace_constant, ctx)
    assert function("return a * 12 if b == 'late' else 0") in results(constants.replace_constant, ctx)
    ctx = told(function("return a"), "'late'", a="str")
    assert "a == 'late'" in all_conditions(ctx, ctx.body[0])


def test_another_branch_does_what_the_docstring_tells_of():
    ctx = told(function("if a in b:", "    b.append(('added', a))"), "'removed'", a="str", b="list")
    found = results(statement_reuse.add_elif_variant, ctx)
    assert any("elif a not in b:\n        b.append(('removed', a))" in text for text in found)


def test_items_that_dicts_were_seen_to_hold_are_asked_for_where_someone_speaks_of_them():
    types = {"a": "dict", "a['state']": "str", "a['other']": "int"}
    found = results(insertion.insert_guard, told(function("return b"), "'state'", **types))
    assert function("if not a.get('state'):", "    return None", "return b") in found
    assert not any("other" in text for text in found)


def test_sizes_are_compared():
    ctx = context(function("return b"), a="list", b="list")
    assert {"len(a) == len(b)", "len(a) < len(b)"} <= all_conditions(ctx, ctx.body[0]).keys()


def test_a_condition_on_one_constant_of_the_module_is_borrowed_for_its_like():
    rest = "OPEN_WORDS = ()\nCLOSED_WORDS = ()\nother = 1\n"
    ctx = context(function("if a not in OPEN_WORDS:", "    return b", "return a"), rest=rest)
    found = all_conditions(ctx, ctx.body[0]).keys()
    assert {"a not in CLOSED_WORDS", "a in CLOSED_WORDS"} <= found and "a in other" not in found


def test_a_text_that_may_be_empty_falls_back_on_a_short_one_of_the_file():
    found = results(expression_reuse.add_operand, context(function("return a"), rest="ROOT = '/'\n", a="str"))
    assert function("return a or '/'") in found


def test_sets_are_joined_and_linked_objects_parted():
    ctx = context(function("a = b", "return a"), a="set", b="set")
    assert function("a = b", "a.update(b)", "return a") in results(insertion.insert_step, ctx)
    ctx = context(function("while a.next:", "    a = a.next", "return b"), a="Link", b="Link NoneType")
    found = results(insertion.insert_step, ctx)
    for step in ("b.next = None", "a.next = b"):
        assert function("while a.next:", "    a = a.next", step, "return b") in found
