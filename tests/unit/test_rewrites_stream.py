"""The neighbours of a node: what was judged of them moves those that wait."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from search_world import verdict

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.reward.linear_reward import LinearReward
from reloc_lsp.rewrites.ranking.candidate_queue import CandidateQueue, Ranked
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.search.candidate import Candidate, Node
from reloc_lsp.search.evaluation import behavior_changed, newly_passes
from reloc_lsp.search.verdict import Failure, Outcome, Verdict
from reloc_lsp.search.verdict import TestResult as Result

UNIT = "def f():\n    return 0\n"
PLACE = UNIT.index("0")
START = Node(0, Candidate(UNIT, "unchanged", "", trusted=True), verdict(2), ())
UNWEIGHED: dict[str, float] = {}


def ranked(number: int, operator: str, line: int = 2, features: dict[str, float] | None = None) -> Ranked:
    rewrite = Rewrite((Edit(PLACE, PLACE + 1, str(number)),), operator, "", line)
    return Ranked(rewrite, -0.5 * number, 0.0, {"preference": 1.0} if features is None else features)


def stream(waiting: Sequence[Ranked], learning: bool = True) -> CandidateQueue:
    return CandidateQueue(START, waiting, LinearReward({}) if learning else None)


def numbers(candidates: Sequence[Candidate]) -> list[int]:
    return [int(candidate.source[PLACE:]) for candidate in candidates]


def judged(candidate: Candidate, said: Verdict) -> Node:
    return Node(1, candidate, said, ())


def test_others_of_a_family_that_won_a_test_go_first():
    some = stream([ranked(n, "call" if n % 4 == 1 else "constant") for n in range(1, 21)])
    first = some.take(4)
    assert numbers(first) == [1, 2, 3, 4]
    for number, candidate in enumerate(first):
        some.learn(judged(candidate, verdict(3 if number == 0 else 2)))
    # The next of that family overtakes others; what the families prefer is not forgotten.
    assert numbers(some.take(5)) == [5, 9, 6, 7, 8]


def test_lines_whose_rewrites_change_no_failure_come_later():
    failing = [Verdict({"t": Result(Outcome.FAILED, failure=Failure("AssertionError", said))}) for said in "ab"]
    parent = Node(0, START.candidate, failing[0], ())
    waiting = [ranked(n, "constant", line=2 + n % 2) for n in range(1, 31)]
    some = CandidateQueue(parent, waiting, LinearReward({}))
    for candidate, number in ((c, n) for c in some.take(16) for n in numbers([c])):
        some.learn(judged(candidate, failing[number % 2]))
    assert numbers(some.take(4)) == [17, 19, 21, 18]


def test_without_foresight_the_order_stays():
    some = stream([ranked(n, "call" if n % 4 == 1 else "constant") for n in range(1, 13)], learning=False)
    for candidate in some.take(4):
        some.learn(judged(candidate, verdict(3 if numbers([candidate]) == [1] else 2)))
    assert numbers(some.take(8)) == [5, 6, 7, 8, 9, 10, 11, 12]


def test_what_was_not_weighed_stays_behind_what_was():
    some = stream([ranked(1, "call"), ranked(2, "constant"), ranked(3, "call", features=UNWEIGHED)])
    (first,) = some.take(1)
    some.learn(judged(first, verdict(4)))
    assert numbers(some.take(5)) == [2, 3]


def test_every_neighbour_is_given_out_once_and_none_that_changes_nothing():
    some = stream([ranked(1, "call"), ranked(0, "constant"), ranked(1, "constant"), ranked(2, "constant")])
    assert numbers(some.take(9)) == [1, 2]


def failing(words: str = "", outcome: Outcome = Outcome.FAILED, line: int = 5) -> Verdict:
    return Verdict({"t": Result(outcome, failure=Failure("AssertionError", words, line) if words else None)})


def test_a_test_is_won_when_it_passes_that_was_seen_to_fail():
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
        (failing(), False),  # given up before it ran
        (failing(outcome=Outcome.NOT_RUN), False),
        (failing(outcome=Outcome.TIMEOUT), False),
        (failing(outcome=Outcome.DIED), False),
    ],
)
def test_a_failure_moves_when_it_has_other_words_or_another_place(after, other):
    assert behavior_changed(failing("1 == 2"), after) is other
