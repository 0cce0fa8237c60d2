"""What a user is told of a revision is true of its text, and names all of it."""

from __future__ import annotations

import difflib
import random
import re
from collections.abc import Iterator

import pytest
from rewriting import library_units

from reloc_lsp.program.differences.change_description import MAX_CHANGES, changes, describe_changes
from reloc_lsp.program.source_text import split_lines
from reloc_lsp.program.text_edit import apply_edits
from reloc_lsp.rewrites.operators import ALL_OPERATORS

PICK = """\
def dear(goods, floor):
    kept = [g for g in goods if g.price > floor]
    kept.sort(key=lambda g: g.price, reverse=True)
    return kept
"""


def test_two_edits_are_both_named():
    after = PICK.replace("> floor", ">= floor").replace(", reverse=True", "")
    assert describe_changes(PICK, after, 11) == (
        "`g.price > floor` becomes `g.price >= floor` (line 12); "
        "`kept.sort(key=lambda g: g.price, reverse=True)` becomes `kept.sort(key=lambda g: g.price)` (line 13)"
    )


def test_two_edits_of_one_line_are_both_named():
    before, after = "def f(a, b):\n    return a + 1 < b.x\n", "def f(a, b):\n    return a + 2 < b.y\n"
    assert describe_changes(before, after) == "`a + 1` becomes `a + 2` (line 2); `b.x` becomes `b.y` (line 2)"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a ** 2", "a * 2"),
        ("a // b", "a / b"),
        ("not a", "a"),
        ("'x  y'", "'x y'"),
        ("self.left + self.right", "self.left + self.left"),
        ("f(a)", "f(a, b)"),
        ("ä < b", "ä <= b"),
        ("a", "a + b"),
    ],
)
def test_a_fragment_is_verbatim_and_more_than_an_operator(old, new):
    text = describe_changes(f"def f():\n    return {old}\n", f"def f():\n    return {new}\n")
    (before, after) = re.fullmatch(r"`(.+)` becomes `(.+)` \(line 2\)", text).groups()
    assert before in old or old in before
    assert f"return {old}".replace(before, after, 1) == f"return {new}"


def test_a_changed_value_is_named_with_what_it_is_for():
    before, after = (f"def f(a):\n    return sorted(a, key=len, reverse={value})\n" for value in ("True", "False"))
    assert describe_changes(before, after) == "`reverse=True` becomes `reverse=False` (line 2)"


def test_new_removed_and_indented_lines_are_named():
    before = "def f(a):\n    a.begin()\n    a.work()\n    a.rest()\n    return a\n"
    after = "def f(a):\n    with a:\n        a.begin()\n        a.work()\n    return a\n"
    assert describe_changes(before, after) == (
        "new: `with a:` (now line 2); other blanks in lines 2 to 3; removed: `a.rest()` (line 4)"
    )


def test_a_rewritten_function_is_named_by_its_lines():
    before = "def f():\n" + "".join(f"    a{n} = {n}\n    b{n} = a{n}\n" for n in range(MAX_CHANGES + 1))
    after = re.sub(r"a(\d+) = ", r"c\1 = ", before)
    numbers = ", ".join(str(2 * n + 2) for n in range(MAX_CHANGES + 1))
    assert (
        describe_changes(before, after) == f"{MAX_CHANGES + 1} changes: the lines {numbers} become the lines {numbers}"
    )


def test_nothing_is_said_of_equal_texts():
    assert describe_changes(PICK, PICK) == ""


def rewrites_of_library_code() -> Iterator[tuple[str, str]]:
    """Functions before and after one to three random rewrites."""
    generator = random.Random(5)
    for _, ctx in library_units("textwrap heapq shlex configparser", 4, 7):
        made = [rewrite for operator, _ in ALL_OPERATORS for rewrite in operator(ctx) if rewrite.edits]
        for _ in range(60):
            chosen = generator.sample(made, min(len(made), generator.randint(1, 3)))
            try:
                yield ctx.text, apply_edits(ctx.text, [edit for rewrite in chosen for edit in rewrite.edits])
            except ValueError:  # two of them overlap
                continue


def test_every_claim_about_a_rewrite_holds_and_every_changed_line_is_covered():
    count = 0
    for before, after in rewrites_of_library_code():
        old, new = split_lines(before), split_lines(after)
        found = changes(before, after)
        for change in found:
            assert change.old in "".join(old[line - 1] for line in change.old_lines)
            assert change.new in "".join(new[line - 1] for line in change.new_lines)
            assert change.old != change.new
        old_covered = {line for change in found for line in change.old_lines}
        new_covered = {line for change in found for line in change.new_lines}
        for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag != "equal":
                assert old_covered.issuperset(range(i1 + 1, i2 + 1)) or new_covered.issuperset(range(j1 + 1, j2 + 1))
        text = describe_changes(before, after)
        for one, other in re.findall(r"`([^`]+)` becomes `([^`]+)`", text):
            assert one in before
            assert other in after
        count += bool(found)
    assert count > 500
