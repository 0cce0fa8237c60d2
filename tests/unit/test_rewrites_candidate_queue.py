"""The queue of a node's neighbours: verdicts reorder those that wait."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from search_world import verdict

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.reward.linear_reward import LinearReward
from reloc_lsp.rewrites.ranking.candidate_queue import CandidateQueue, QueuedRewrite
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.search.candidate import Candidate, Node
from reloc_lsp.search.evaluation import behavior_changed, newly_passes
from reloc_lsp.search.verdict import Failure, Outcome, Verdict
from reloc_lsp.search.verdict import TestResult as Result

UNIT = "def f():\n    return 0\n"
PLACE = UNIT.index("0")
START = Node(0, Candidate(UNIT, "unchanged", "", trusted=True), verdict(2), ())
UNSCORED: dict[str, float] = {}


def ranked(number: int, operator: str, line: int = 2, features: dict[str, float] | None = None) -> QueuedRewrite:
    rewrite = Rewrite((Edit(PLACE, PLACE + 1, str(number)),), operator, "", line)
    return QueuedRewrite(rewrite, -0.5 * number, 0.0, {"preference": 1.0} if features is None else features)


def queue_of(ranked_rewrites: Sequence[QueuedRewrite], learning: bool = True) -> CandidateQueue:
    return CandidateQueue(START, ranked_rewrites, LinearReward({}) if learning else None)


def numbers(candidates: Sequence[Candidate]) -> list[int]:
    return [int(candidate.source[PLACE:]) for candidate in candidates]


def evaluated(candidate: Candidate, outcome: Verdict) -> Node:
    return Node(1, candidate, outcome, ())


def test_rewrites_of_an_operator_that_made_a_test_pass_come_first():
    queue = queue_of([ranked(n, "call" if n % 4 == 1 else "constant") for n in range(1, 21)])
    first = queue.take(4)
    assert numbers(first) == [1, 2, 3, 4]
    for number, candidate in enumerate(first):
        queue.learn(evaluated(candidate, verdict(3 if number == 0 else 2)))
    # The next rewrites of that operator overtake others; the prior scores still count.
    assert numbers(queue.take(5)) == [5, 9, 6, 7, 8]


def test_lines_whose_rewrites_change_no_failure_come_later():
    failing = [Verdict({"t": Result(Outcome.FAILED, failure=Failure("AssertionError", said))}) for said in "ab"]
    parent = Node(0, START.candidate, failing[0], ())
    ranked_rewrites = [ranked(n, "constant", line=2 + n % 2) for n in range(1, 31)]
    queue = CandidateQueue(parent, ranked_rewrites, LinearReward({}))
    for candidate, number in ((c, n) for c in queue.take(16) for n in numbers([c])):
        queue.learn(evaluated(candidate, failing[number % 2]))
    assert numbers(queue.take(4)) == [17, 19, 21, 18]


def test_without_a_scorer_the_order_stays():
    queue = queue_of([ranked(n, "call" if n % 4 == 1 else "constant") for n in range(1, 13)], learning=False)
    for candidate in queue.take(4):
        queue.learn(evaluated(candidate, verdict(3 if numbers([candidate]) == [1] else 2)))
    assert numbers(queue.take(8)) == [5, 6, 7, 8, 9, 10, 11, 12]


def test_unscored_rewrites_stay_behind_scored_ones():
    queue = queue_of([ranked(1, "call"), ranked(2, "constant"), ranked(3, "call", features=UNSCORED)])
    (first,) = queue.take(1)
    queue.learn(evaluated(first, verdict(4)))
    assert numbers(queue.take(5)) == [2, 3]


def test_each_neighbour_is_given_out_once_and_never_the_parent_itself():
    queue = queue_of([ranked(1, "call"), ranked(0, "constant"), ranked(1, "constant"), ranked(2, "constant")])
    assert numbers(queue.take(9)) == [1, 2]


def failing(words: str = "", outcome: Outcome = Outcome.FAILED, line: int = 5) -> Verdict:
    return Verdict({"t": Result(outcome, failure=Failure("AssertionError", words, line) if words else None)})


def test_a_test_newly_passes_if_it_was_observed_to_fail():
    passing, not_run = failing(outcome=Outcome.PASSED), failing(outcome=Outcome.NOT_RUN)
    assert newly_passes(failing("1 == 2"), passing)
    assert (
        not newly_passes(passing, passing)
        and not newly_passes(not_run, passing)
        and not newly_passes(passing, failing("1 == 2"))
    )


@pytest.mark.parametrize(
    ("after", "other"),
    [
        (failing("1 == 2"), False),
        (failing("1 == 3"), True),
        (failing("1 == 2", line=7), True),
        (failing(outcome=Outcome.PASSED), True),
        (failing(outcome=Outcome.SKIPPED), True),
        (failing(), False),  # stopped before it ran
        (failing(outcome=Outcome.NOT_RUN), False),
        (failing(outcome=Outcome.TIMEOUT), False),
        (failing(outcome=Outcome.DIED), False),
    ],
)
def test_behavior_changes_with_the_message_or_the_line_of_a_failure(after, other):
    assert behavior_changed(failing("1 == 2"), after) is other
