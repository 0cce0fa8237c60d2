"""Revisions that behave the same are one answer; the likeliest answer comes first."""

import pytest
from search_world import node, task

from reloc_lsp.search.candidate import Candidate, Node
from reloc_lsp.search.patches.differential_testing import Observation
from reloc_lsp.search.patches.patch_choice import choose

UNIT = "def f(a):\n    return a\n"


def passing(identity: int, returned: str, prior: float) -> Node:
    source = UNIT.replace("return a", f"return {returned}")
    kept = node(identity, 4)
    kept.candidate = Candidate(source, "test", returned, 0, 1, prior, trusted=True)
    return kept


LIKELIEST, SAME, ALSO = passing(1, "b", -1.0), passing(2, "c", -1.5), passing(3, "d", -1.6)
ALONE = {LIKELIEST.candidate.source: "returns 1"}


def behaviour(source):
    return {0: Observation("f(0)", ALONE.get(source, "returns 2"))}


def test_two_revisions_that_behave_the_same_outweigh_a_slightly_more_plausible_one():
    choice = choose(task(UNIT), [LIKELIEST, SAME, ALSO], behaviour)
    assert choice.ranked == [SAME, ALSO, LIKELIEST]
    assert [len(group.members) for group in choice.classes] == [2, 1]
    assert sum(group.share for group in choice.classes) == pytest.approx(1.0)
    assert choice.class_of(ALSO).share > 0.5


def test_the_alternatives_begin_with_one_of_each_other_behaviour():
    choice = choose(task(UNIT), [LIKELIEST, SAME, ALSO], behaviour)
    assert choice.others(SAME) == [LIKELIEST, ALSO]


def test_without_observations_the_order_is_that_of_plausibility():
    choice = choose(task(UNIT), [LIKELIEST, SAME, ALSO], lambda source: {})
    assert choice.ranked == [LIKELIEST, SAME, ALSO] and len(choice.classes) == 3
