"""Code that a rewrite does not change keeps its comments, line breaks and spelling."""

from __future__ import annotations

import pytest
from rewriting import context, library_units, results
from test_rewrites_neighborhood import all_of, neighbours, task_of

from reloc_lsp.rewrites.operators.expressions import (
    collection_elements,
    conditions,
    constants,
    operator_replacement,
    subscripts,
    variables,
    wrapping,
)
from reloc_lsp.rewrites.operators.statements import removal, structure
from reloc_lsp.rewrites.source.formatting import with_layout_of

CALLED = """\
g(
        a,  # first
        [b, 0x10][0],  # second
    )"""
CALL = f"def f(a, b):\n    return {CALLED}\n"
CONDITION = """\
a  # one
        and "x" in b  # two
        and a > 1"""
TEST = f"def f(a, b):\n    if (\n        {CONDITION}\n    ):\n        return a\n"


@pytest.mark.parametrize(
    ("operator", "source", "old", "new"),
    [
        (wrapping.wrap_expression, CALL, CALLED, f"abs({CALLED})"),
        (subscripts.replace_slice, CALL, "[0]", "[-1]"),
        (constants.off_by_one, TEST, "a > 1", "a + 1 > 1"),
        (operator_replacement.toggle_unary, CALL, CALLED, f"-{CALLED}"),
        (operator_replacement.toggle_unary, TEST, CONDITION, f"not ({CONDITION})"),
        (operator_replacement.replace_boolean, TEST, "and", "or"),
        (conditions.add_lower_bound, TEST.replace("a > 1", "a < 1"), "a < 1", "0 <= a < 1"),
        (variables.swap_operands, CALL, "a,  # first\n        [b, 0x10][0],", "[b, 0x10][0],  # first\n        a,"),
        (collection_elements.add_element, CALL, "[b, 0x10]", "[b, 0x10, b]"),
        (removal.drop_operand, CALL, "b, 0x10", "b"),
    ],
)
def test_an_expression_over_several_lines_keeps_its_layout(operator, source, old, new):
    assert source.replace(old, new) in results(operator, context(source, a="int", b="int"))


def test_removed_and_added_items_leave_the_others_on_their_lines():
    items = "[\n        a,  # first\n        b,  # second\n    ]"
    assert with_layout_of(items, "[a, b, c]") == "[\n        a,  # first\n        b, c  # second\n    ]"
    assert with_layout_of(items, "[b]").count("#") == with_layout_of(items, "[a]").count("#") == 2
    assert with_layout_of(items, "[c, b]") == "[\n        c,  # first\n        b  # second\n    ]"


def test_a_part_over_several_lines_stays_in_brackets():
    source = "def f(a, b):\n    return g(\n        a  # first\n        + b\n    )\n"
    assert source.replace("g(", "(") in results(removal.unwrap_expression, context(source))
    swapped = results(variables.swap_operands, context("def f(a, b):\n    return g(a\n        + b, -b) - 1\n"))
    assert "def f(a, b):\n    return g(-b, (a\n        + b)) - 1\n" in swapped


def test_comments_at_the_head_of_a_block_move_with_it():
    block = "# both\n            # of them\n\n            return b\n"
    source = f"def f(a, b):\n    for x in a:\n        if x:\n            b += x\n        else:\n            {block}"
    unwrapped = f"def f(a, b):\n    for x in a:\n        {block}".replace("            ", "        ")
    assert unwrapped in results(removal.unwrap_block, context(source))
    of_the_loop = source.replace("        else:", "    else:").replace(block, block.replace("            ", "        "))
    of_the_loop = of_the_loop.replace("            # both", "        # both")
    assert results(structure.move_else_to_loop, context(source)) == {of_the_loop}


async def test_a_rewrite_that_drops_a_comment_comes_later():
    source = "def f(a, b):\n    a()  # why\n    b()\n    return a\n"
    texts = [candidate.source for candidate in await all_of(*neighbours(task_of(source)))]
    without_a, without_b = source.replace("    a()  # why\n", ""), source.replace("    b()\n", "")
    assert texts.index(without_b) < texts.index(without_a)


def test_lines_of_real_expressions_stay_when_they_are_wrapped():
    for name, ctx in library_units("textwrap inspect argparse smtplib", most=25, seed=5):
        for operator in (wrapping.wrap_expression, constants.off_by_one, operator_replacement.toggle_unary):
            for rewrite in operator(ctx):
                (edit,) = rewrite.edits
                inner = ctx.text[edit.start : edit.end].split("\n")[1:-1]
                if rewrite.weight and "removal" not in rewrite.operator:
                    assert set(inner) <= set(edit.text.split("\n")), (name, edit)
