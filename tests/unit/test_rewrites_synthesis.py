"""Code that is synthesized from the docstring's constants, observed types and similar names of the file."""

from __future__ import annotations

import ast

from rewriting import context, function, results

from reloc_lsp.rewrites.operators.expressions import constants, expression_reuse
from reloc_lsp.rewrites.operators.statements import insertion, statement_reuse
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.rewrites.synthesis.condition_synthesis import candidate_conditions
from reloc_lsp.rewrites.unit_context import UnitContext


def documented(source: str, *constants: str, qualname: str = "f", rest: str = "", **types: str) -> UnitContext:
    """A unit whose docstring contains these constants."""
    seen = {name: frozenset(kinds.split()) for name, kinds in types.items()}
    return UnitContext(source, ModuleContext(ast.parse(source + rest), qualname, seen, docstring_constants=constants))


def test_constants_of_the_docstring_are_used():
    ctx = documented(function("return a * 12 if b == 'x' else 0"), "37", "'late'")
    assert function("return a * 37 if b == 'x' else 0") in results(constants.replace_constant, ctx)
    assert function("return a * 12 if b == 'late' else 0") in results(constants.replace_constant, ctx)
    ctx = documented(function("return a"), "'late'", a="str")
    assert "a == 'late'" in candidate_conditions(ctx, ctx.body[0])


def test_another_branch_uses_a_constant_of_the_docstring():
    ctx = documented(function("if a in b:", "    b.append(('added', a))"), "'removed'", a="str", b="list")
    found = results(statement_reuse.add_elif_variant, ctx)
    assert any("elif a not in b:\n        b.append(('removed', a))" in text for text in found)


def test_observed_items_of_dicts_are_used_if_their_key_is_mentioned():
    types = {"a": "dict", "a['state']": "str", "a['other']": "int"}
    found = results(insertion.insert_guard, documented(function("return b"), "'state'", **types))
    assert function("if not a.get('state'):", "    return None", "return b") in found
    assert not any("other" in text for text in found)


def test_lengths_are_compared():
    ctx = context(function("return b"), a="list", b="list")
    assert {"len(a) == len(b)", "len(a) < len(b)"} <= candidate_conditions(ctx, ctx.body[0]).keys()


def test_a_condition_is_reused_with_another_constant_of_the_same_style():
    rest = "OPEN_WORDS = ()\nCLOSED_WORDS = ()\nother = 1\n"
    ctx = context(function("if a not in OPEN_WORDS:", "    return b", "return a"), rest=rest)
    found = candidate_conditions(ctx, ctx.body[0]).keys()
    assert {"a not in CLOSED_WORDS", "a in CLOSED_WORDS"} <= found and "a in other" not in found


def test_a_string_falls_back_on_a_short_string_of_the_file():
    found = results(expression_reuse.add_operand, context(function("return a"), rest="ROOT = '/'\n", a="str"))
    assert function("return a or '/'") in found


def test_sets_are_updated_and_linked_objects_unlinked():
    ctx = context(function("a = b", "return a"), a="set", b="set")
    assert function("a = b", "a.update(b)", "return a") in results(insertion.insert_step, ctx)
    ctx = context(function("while a.next:", "    a = a.next", "return b"), a="Link", b="Link NoneType")
    found = results(insertion.insert_step, ctx)
    for step in ("b.next = None", "a.next = b"):
        assert function("while a.next:", "    a = a.next", step, "return b") in found
