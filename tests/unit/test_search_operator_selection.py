"""Which neighbourhood gets the next call, and which lines matter, learned from what was evaluated."""

from __future__ import annotations

from collections import Counter

from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.localization.mutation_localization import MutationLocalization
from reloc_lsp.search.neighborhoods.operator_selection import OperatorSelection
from reloc_lsp.search.verdict import Failure, Outcome, TestResult, Verdict

SOURCE = "def f(a):\n    b = a + 1\n    c = b * 2\n    return c\n"


def test_the_operator_that_gains_most_for_its_cost_is_chosen_most():
    selection = OperatorSelection({"cheap": (1.0, 100.0), "dear": (1.0, 100.0)}, seed=1)
    for _ in range(20):
        selection.record("cheap", gain=0.5, cost=50.0)
        selection.record("dear", gain=0.5, cost=500.0)
    chosen = Counter(selection.choose(["cheap", "dear"]) for _ in range(200))
    assert chosen["cheap"] > 180


def test_the_most_promising_operator_comes_first_and_is_left_if_it_brings_nothing():
    begun = left = 0
    for seed in range(50):
        selection = OperatorSelection({"usual": (2.0, 4000.0), "promising": (0.3, 100.0)}, seed)
        begun += selection.choose(["usual", "promising"]) == "promising"
        selection.record("promising", cost=1000.0)
        chosen = Counter(selection.choose(["usual", "promising"]) for _ in range(20))
        left += chosen["usual"] > chosen["promising"]
    assert begun == 50 and left > 40


def test_an_operator_without_gains_is_left_and_tried_again_later():
    selection = OperatorSelection({"one": (2.0, 1000.0), "other": (1.0, 1000.0)}, seed=1)
    chosen = Counter()
    for _ in range(100):
        name = selection.choose(["one", "other"])
        chosen[name] += 1
        selection.record(name, cost=200.0)
    assert min(chosen.values()) > 20


def verdict(first: str, second: str) -> Verdict:
    """Of two tests; a word is the message of a failure, nothing is a test that passes."""
    return Verdict({
        f"test_{n}": TestResult(Outcome.FAILED, failure=Failure("AssertionError", message))
        if message else TestResult(Outcome.PASSED)
        for n, message in enumerate((first, second))
    })  # fmt: skip


def test_a_line_matters_if_changing_it_changes_the_failing_test_alone():
    localization = MutationLocalization(Task("m.py", "f", SOURCE, 0, len(SOURCE), 1, verdict("3 == 4", "")))

    def learn(old: str, new: str, after: Verdict) -> None:
        localization.learn(Node(1, Candidate(SOURCE.replace(old, new), "rewrite", "", 0, 1), after, (0.0,)))

    learn("a + 1", "a + 2", verdict("5 == 4", ""))
    learn("b * 2", "b * 3", verdict("9 == 4", "1 == 2"))
    learn("return c", "return c or 0", verdict("3 == 4", ""))
    first, second = localization.of("b = a + 1"), localization.of("c = b * 2")
    assert first == 1.0 and 0 < second < first and localization.of("return c") == 0
