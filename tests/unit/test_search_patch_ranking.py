"""Patch ranking: of revisions that pass, what a person would write comes first. Scores count tests first."""

import pytest
from search_world import task, verdict

from reloc_lsp.search.candidate import Candidate, Node
from reloc_lsp.search.evaluation import failures_moved_later, lexicographic_score
from reloc_lsp.search.patches.patch_ranking import code_smells, copied_constants, implausibility, rank_patches
from reloc_lsp.search.verdict import Failure, Outcome, Verdict
from reloc_lsp.search.verdict import TestResult as Result

UNIT = "def f(a, b):\n    if a < b:\n        return a\n    return b\n"
TASK = task(UNIT, test_literals=frozenset({"42", "'x'", "1"}))


def revised(old: str, new: str, prior: float = 0.0) -> Candidate:
    assert old in UNIT
    return Candidate(UNIT.replace(old, new), "test", new, 0, 1, prior)


def order(*candidates: Candidate) -> list[str]:
    nodes = [Node(n, c, verdict(4), (4.0,)) for n, c in enumerate(candidates, 1)]
    return [node.candidate.description for node in rank_patches(TASK, nodes)]


@pytest.mark.parametrize(
    "smelly",
    ["a + 0 > b", "a * 1 > b", "a == a", "a > b or a > b", "not not a > b", "a / 2.0 > b", "a - 1 - 1 > b"],
)
def test_code_smells_come_after_plain_expressions(smelly):
    assert code_smells(TASK, revised("a < b", smelly)) == 1
    assert order(revised("a < b", smelly), revised("a < b", "a > b")) == ["a > b", smelly]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return a", "return a\n        return b"),
        ("return a", "a = a\n        return a"),
        ("if a < b:", "if True:"),
        ("    return b", "    try:\n        return b\n    except:\n        pass"),
        ("    return b", "    try:\n        return b\n    except Exception:\n        return None"),
        ("    return b", "    a == b\n    return b"),
        ("    return b", "    else:\n        return a\n    return b"),
        ("    return b", "    print(b)\n    print(b)\n    return b"),
        ("    return b", "    else:\n        print(b)\n        print(b)\n    return b"),
    ],
)
def test_dead_and_useless_statements_are_code_smells(old, new):
    assert code_smells(TASK, revised(old, new)) == 1


def test_smells_of_the_unchanged_unit_do_not_count():
    start = task("def f(a):\n    return a + 0\n")
    assert code_smells(start, Candidate("def f(a):\n    return -a + 0\n", "", "")) == 0


def test_constants_copied_from_the_tests_come_last():
    copied = revised("return b", "return 42")
    assert copied_constants(TASK, copied) == ["42"]
    assert copied_constants(TASK, revised("return b", "return 1")) == []  # too common to count
    assert copied_constants(TASK, revised("return b", "return 43")) == []
    larger = revised("return b", "return b if a is not None else -b")
    assert order(copied, larger) == [larger.description, "return 42"]


def test_the_smaller_revision_comes_first_and_of_equals_the_earlier():
    small, large = revised("return b", "return a"), revised("return b", "return max(a, b)")
    assert order(large, small) == ["return a", "return max(a, b)"]
    one, other = revised("a < b", "a <= b"), revised("a < b", "a > b")
    assert order(one, other) == ["a <= b", "a > b"] and order(other, one) == ["a > b", "a <= b"]


def test_a_variable_that_is_never_read_makes_a_revision_less_plausible():
    unit = "def f(a):\n    b = a + 1\n    return b\n"
    unread, read = (Candidate(unit.replace("return b", f"return {value}"), "test", "") for value in ("a", "max(b, a)"))
    assert implausibility(task(unit), unread) > implausibility(task(unit), read)


def test_a_test_for_none_costs_no_more_than_a_test_for_truth():
    truth, none = revised("return b", "return b if b else a"), revised("return b", "return b if b is not None else a")
    assert implausibility(TASK, truth) == implausibility(TASK, none)


def test_the_prior_of_the_maker_counts():
    likely = revised("return b", "return max(a, b)", prior=0.0)
    unlikely = revised("return b", "return a", prior=-9.0)
    assert order(unlikely, likely) == ["return max(a, b)", "return a"]


def failing(line: int, kind: str = "AssertionError") -> Verdict:
    return Verdict({"t": Result(Outcome.FAILED, 0.0, Failure(kind, "", line))})


def test_a_failure_moves_later_only_with_the_same_exception_at_a_later_line():
    assert failures_moved_later(failing(5), failing(7)) == 1
    assert failures_moved_later(failing(5), failing(5)) == failures_moved_later(failing(5), failing(3)) == 0
    assert failures_moved_later(failing(5), failing(7, "TypeError")) == 0
    assert failures_moved_later(failing(0), failing(7)) == 0
    assert failures_moved_later(failing(5), Verdict({"t": Result(Outcome.TIMEOUT)})) == 0


def test_passed_tests_outweigh_reward_and_size():
    small, large = revised("return b", "return a"), revised("return b", "return max(a, b, a + b)")
    assert lexicographic_score(TASK, large, verdict(3), -9.0) > lexicographic_score(TASK, small, verdict(2), 9.0)
    assert lexicographic_score(TASK, large, verdict(2), 1.0) > lexicographic_score(TASK, small, verdict(2), 0.0)
    assert lexicographic_score(TASK, small, verdict(2), 0.0) > lexicographic_score(TASK, large, verdict(2), 0.0)
