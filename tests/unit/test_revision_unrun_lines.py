"""Which lines of a revision are named because no test ran them."""

from __future__ import annotations

from search_world import task

from reloc_lsp.evaluation.harness.protocol.values import Region
from reloc_lsp.revision.review.unrun_lines import UnrunLines, unrun_lines
from reloc_lsp.search.candidate import FaultEvidence, Task

BEFORE = "def f(a):\n    if a:\n        return 1\n    return never(a)\n"
RAN = FaultEvidence(dict.fromkeys((12, 13), 0.0))
THERE = Task("m.py", "f", BEFORE, 0, len(BEFORE), 11, task().verdict, RAN)


def named(source: str, *regions: tuple[int, int, int, int]) -> UnrunLines:
    return unrun_lines(THERE, source, [Region(*region) for region in regions])


def test_new_lines_that_did_not_run_are_named():
    source = BEFORE.replace("return 1", "if a == 7:\n            b = 2\n            return b\n        return 1")
    found = named(source, (14, 12, 14, 17), (15, 12, 15, 20), (17, 4, 17, 19))
    assert found == UnrunLines((14, 15), ())
    assert found.sentence == "No test ran lines 14 to 15 of the revision."


def test_a_line_that_ran_before_is_named_and_one_that_never_ran_is_not():
    assert named(BEFORE.replace("if a", "if a == 7"), (13, 8, 13, 16), (14, 4, 14, 19)).whole == (13,)


def test_a_part_of_a_line_is_named_as_such():
    source = BEFORE.replace("return 1", "return 1 if a else 'ü'")
    found = named(source, (13, 27, 13, 31))
    assert found == UnrunLines((), (13,)) and found.sentence == "No test ran a part of line 13 of the revision."


def test_whole_lines_and_parts_are_one_sentence():
    assert UnrunLines((3, 5, 6), (8,)).sentence == "No test ran lines 3, 5 to 6 nor a part of line 8 of the revision."
    assert UnrunLines((), ()).sentence == ""
    assert UnrunLines(tuple(range(1, 20, 2)), ()).sentence == "No test ran lines 1, 3, 5, 7, 9, … of the revision."
