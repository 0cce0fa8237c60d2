"""Edits: applied together, never overlapping, and unchanged lines are not touched."""

import random
import subprocess

import pytest

from reloc_lsp.program.text_edit import Edit, apply_edits, line_edits, unified_diff


def test_edits_are_applied_together_in_any_order():
    edits = [Edit(4, 5, "B"), Edit(0, 1, ""), Edit(5, 5, "!"), Edit(2, 3, "xyz")]
    assert apply_edits("a b c", edits) == " xyz B!"
    assert apply_edits("a b c", []) == "a b c"


@pytest.mark.parametrize("edits", [[Edit(0, 3, ""), Edit(2, 4, "")], [Edit(1, 2, "x"), Edit(1, 3, "y")]])
def test_overlapping_edits_are_an_error(edits):
    with pytest.raises(ValueError, match="overlap"):
        apply_edits("abcdef", edits)


def test_an_insertion_and_a_replacement_may_meet():
    assert apply_edits("abc", [Edit(1, 2, "B"), Edit(1, 1, "-")]) == "a-Bc"


def test_only_changed_lines_are_edited():
    before = "a\r\nb\r\n\x0cc\u2028\r\nd"
    assert line_edits(before, before.replace("b", "B")) == [Edit(3, 6, "B\r\n")]
    assert line_edits(before, before) == []


@pytest.mark.parametrize("seed", range(20))
def test_line_edits_turn_one_text_into_the_other(seed):
    dice = random.Random(seed)
    lines = ["a\n", "b\r\n", "c\r", "\n", "é🙂\n", "\x0c\n"]
    before, after = ("".join(dice.choices(lines, k=dice.randrange(9))) + dice.choice(["", "end"]) for _ in "ab")
    assert apply_edits(before, line_edits(before, after)) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = 1\nb = 2\n", "a = 1\nb = 3\n"),
        ("a = 1\nb = 2", "a = 1\nb = 3"),
        ("a = 1\nb = 2", "a = 1\nb = 2\n"),
        ("a = 1\r\nb = 2\r\n", "a = 1\r\nb = 3\r\n"),
        ("a = '\u2028'\n\x0cb = 2\n", "a = '\u2028'\n\x0cb = 3\n"),
        ("a = 1\rb = 2\r", "a = 1\rb = 3\r"),
        ("a = 1\rb = 2\nc = 3\n", "a = 1\rb = 2\nc = 4\n"),
        ("", "a = 1\n"),
    ],
)
def test_git_applies_the_diff(before, after, tmp_path):
    (tmp_path / "m.py").write_bytes(before.encode())
    diff = unified_diff(before, after, "m.py").encode()
    applied = subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff, capture_output=True, check=False)
    assert applied.returncode == 0, applied.stderr
    assert (tmp_path / "m.py").read_bytes() == after.encode()


def test_equal_texts_have_an_empty_diff():
    assert unified_diff("a\n", "a\n", "m.py") == ""
