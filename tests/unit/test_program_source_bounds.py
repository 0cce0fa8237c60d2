"""What is compared, shown and walked stays within bounds, whatever a model wrote."""

from __future__ import annotations

import ast
import difflib
import random

import pytest

from reloc_lsp.program.differences import sequence_diff
from reloc_lsp.program.differences.sequence_diff import opcodes
from reloc_lsp.program.source_bounds import SourceBounds
from reloc_lsp.program.unit import Module

WORDS = ["if", "value", "(", ")", "=", "1", "+", "return"]


def sequence(length: int, seed: int) -> list[str]:
    return random.Random(seed).choices(WORDS, k=length)


def applied(steps: list[sequence_diff.Opcode], old: list[str], new: list[str]) -> list[str]:
    """The new sequence, made from the steps; checks that the equal parts are equal and the steps have no gaps."""
    made: list[str] = []
    old_position = new_position = 0
    for tag, i1, i2, j1, j2 in steps:
        assert (i1, j1) == (old_position, new_position)
        assert tag != "equal" or old[i1:i2] == new[j1:j2]
        made += old[i1:i2] if tag == "equal" else new[j1:j2]
        old_position, new_position = i2, j2
    assert old_position == len(old)
    return made


@pytest.mark.parametrize("seed", range(5))
def test_small_differences_are_those_of_difflib(seed: int) -> None:
    old, new = sequence(150, seed), sequence(170, seed + 100)
    assert opcodes(old, new) == difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    assert opcodes([], []) == [] and opcodes(old, old) == [("equal", 0, 150, 0, 150)]


@pytest.mark.parametrize(("size", "words"), [(4000, WORDS), (8000, WORDS), (8000, ["a", "b"]), (8000, ["a"])])
def test_the_work_of_a_difference_is_bounded(size: int, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every pair of equal items that `difflib` is given to look at is counted; without the bound it would be hours."""
    looked_at = 0
    find = difflib.SequenceMatcher.find_longest_match

    def counted(matcher, alo, ahi, blo, bhi):
        nonlocal looked_at
        looked_at += sum(len(matcher.b2j.get(item, ())) for item in matcher.a[alo:ahi])
        return find(matcher, alo, ahi, blo, bhi)

    monkeypatch.setattr(difflib.SequenceMatcher, "find_longest_match", counted)
    monkeypatch.setattr(sequence_diff, "MAX_PAIRS", 100_000)
    old, new = (random.Random(seed).choices(words, k=size) for seed in (1, 2))
    assert applied(opcodes(old, new), old, new) == new
    assert looked_at <= 100_000


def test_a_small_change_of_a_long_text_is_found() -> None:
    old = sequence(6000, 1)
    new = [*old[:3000], "new", *old[3001:]]
    assert [step for step in opcodes(old, new) if step[0] != "equal"] == [("replace", 3000, 3001, 3000, 3001)]
    assert applied(opcodes(old, new), old, new) == new


def test_bounds_follow_a_large_original() -> None:
    small, deep = "def f(a):\n    return a\n", "def f(a):\n    return " + "-" * 200 + "a\n"
    around = SourceBounds.around(small, ast.parse(small))
    assert "nested more than 100 levels" in around.excess(deep, ast.parse(deep))
    assert not around.excess(small, ast.parse(small))
    assert not SourceBounds.around(deep, ast.parse(deep)).excess(deep, ast.parse(deep))


def test_the_units_of_a_deep_file_are_found() -> None:
    """Python parses 2,500 branches, each of which is nested in the one before it."""
    branches = "    if a:\n        pass\n" + "    elif a:\n        pass\n" * 900
    module = Module(f"def deep(a):\n{branches}\n\nclass C:\n    def method(self):\n        def inner(): pass\n")
    assert [unit.qualname for unit in module.units] == ["deep", "C", "C.method", "C.method.<locals>.inner"]
