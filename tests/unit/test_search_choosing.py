"""Of revisions that all pass, the one a person would have written comes first; scores count tests before all else."""

import pytest
from search_world import task, verdict

from reloc_lsp.search.candidate import Candidate, Node
from reloc_lsp.search.evaluation import progress
from reloc_lsp.search.evaluation import tests_first as by_tests_first
from reloc_lsp.search.patches.patch_ranking import copied_constants, disbelief, oddities, ranked
from reloc_lsp.search.verdict import Failure, Outcome, Verdict
from reloc_lsp.search.verdict import TestResult as Result

UNIT = "def f(a, b):\n    if a < b:\n        return a\n    return b\n"
TASK = task(UNIT, test_literals=frozenset({"42", "'x'", "1"}))


def revised(old: str, new: str, prior: float = 0.0) -> Candidate:
    assert old in UNIT
    return Candidate(UNIT.replace(old, new), "test", new, 0, 1, prior)


def order(*candidates: Candidate) -> list[str]:
    nodes = [Node(n, c, verdict(4), (4.0,)) for n, c in enumerate(candidates, 1)]
    return [node.candidate.description for node in ranked(TASK, nodes)]


@pytest.mark.parametrize(
    "strange",
    ["a + 0 > b", "a * 1 > b", "a == a", "a > b or a > b", "not not a > b", "a / 2.0 > b", "a - 1 - 1 > b"],
)
def test_odd_expressions_come_after_plain_ones(strange):
    assert oddities(TASK, revised("a < b", strange)) == 1
    assert order(revised("a < b", strange), revised("a < b", "a > b")) == ["a > b", strange]


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
def test_dead_and_idle_statements_are_odd(old, new):
    assert oddities(TASK, revised(old, new)) == 1


def test_what_was_odd_before_is_not_held_against_a_revision():
    odd = task("def f(a):\n    return a + 0\n")
    assert oddities(odd, Candidate("def f(a):\n    return -a + 0\n", "", "")) == 0


def test_constants_copied_from_the_tests_come_last():
    copied = revised("return b", "return 42")
    assert copied_constants(TASK, copied) == ["42"]
    assert copied_constants(TASK, revised("return b", "return 1")) == []  # as common as air
    assert copied_constants(TASK, revised("return b", "return 43")) == []
    larger = revised("return b", "return b if a is not None else -b")
    assert order(copied, larger) == [larger.description, "return 42"]


def test_the_smaller_revision_comes_first_and_of_equals_the_earlier():
    small, large = revised("return b", "return a"), revised("return b", "return max(a, b)")
    assert order(large, small) == ["return a", "return max(a, b)"]
    one, other = revised("a < b", "a <= b"), revised("a < b", "a > b")
    assert order(one, other) == ["a <= b", "a > b"] and order(other, one) == ["a > b", "a <= b"]


def test_a_value_that_nobody_reads_any_more_speaks_against_a_revision():
    unit = "def f(a):\n    b = a + 1\n    return b\n"
    unread, read = (Candidate(unit.replace("return b", f"return {value}"), "test", "") for value in ("a", "max(b, a)"))
    assert disbelief(task(unit), unread) > disbelief(task(unit), read)


def test_to_ask_for_none_is_no_larger_than_to_ask_for_truth():
    truth, none = revised("return b", "return b if b else a"), revised("return b", "return b if b is not None else a")
    assert disbelief(TASK, truth) == disbelief(TASK, none)


def test_what_its_maker_believed_in_counts():
    believed = revised("return b", "return max(a, b)", prior=0.0)
    doubted = revised("return b", "return a", prior=-9.0)
    assert order(doubted, believed) == ["return max(a, b)", "return a"]


def failing(line: int, kind: str = "AssertionError") -> Verdict:
    return Verdict({"t": Result(Outcome.FAILED, 0.0, Failure(kind, "", line))})


def test_a_failing_test_that_comes_further_is_progress():
    assert progress(failing(5), failing(7)) == 1
    assert progress(failing(5), failing(5)) == progress(failing(5), failing(3)) == 0
    assert progress(failing(5), failing(7, "TypeError")) == 0
    assert progress(failing(0), failing(7)) == 0
    assert progress(failing(5), Verdict({"t": Result(Outcome.TIMEOUT)})) == 0


def test_tests_outweigh_progress_reward_and_size():
    small, large = revised("return b", "return a"), revised("return b", "return max(a, b, a + b)")
    assert by_tests_first(TASK, large, verdict(3), -9.0) > by_tests_first(TASK, small, verdict(2), 9.0)
    assert by_tests_first(TASK, large, verdict(2), 1.0) > by_tests_first(TASK, small, verdict(2), 0.0)
    assert by_tests_first(TASK, small, verdict(2), 0.0) > by_tests_first(TASK, large, verdict(2), 0.0)
