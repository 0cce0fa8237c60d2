"""Objectives other than repair: every test passes already, and a better version is wanted."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from search_world import TESTS, Table, Tree, number_of, program, task

from reloc_lsp.evaluation.probes.median_interval import median_interval
from reloc_lsp.program.syntax_size import syntax_nodes
from reloc_lsp.revision.objectives.uncovered_changes import uncovered_changes
from reloc_lsp.revision.report_text import measured_text
from reloc_lsp.search.algorithms.hill_climbing import ObjectiveClimbing
from reloc_lsp.search.candidate import Candidate, FaultEvidence, Task
from reloc_lsp.search.decision_rules import Rules, Share
from reloc_lsp.search.events import Finished, Settled
from reloc_lsp.search.local_search import LocalSearch
from reloc_lsp.search.objective import Measurement, Objective
from reloc_lsp.search.simplicity import Simplicity
from reloc_lsp.search.verdict import Verdict


class TableReward:
    """Rewards a number that passes with its value in a table."""

    def __init__(self, rewards: Mapping[int, float]) -> None:
        self.rewards = rewards

    async def reward(self, task, candidates, verdicts, parents):
        numbers = [number_of(candidate.source) for candidate in candidates]
        return [self.rewards.get(n, 0.0) if v.all_passed else 0.0 for n, v in zip(numbers, verdicts, strict=True)]


async def searched(passes, rewards, children, kind="simplify"):
    """The numbers that pass and meet the objective in the order found, the evaluator, and all events."""
    table, start = Table(passes), task(passed=TESTS)
    rules = Rules(
        Tree(children), ObjectiveClimbing(), reward=TableReward(rewards), extra=Share.exactly(0), overfitted_extra=0
    )
    start = Task(**{**vars(start), "objective": Objective(kind, "do it")})
    search = LocalSearch(start, rules, table, table.spending())
    events = [event async for event in search.run()]
    return [number_of(node.candidate.source) for node in search.passing], table, events


async def test_it_climbs_until_no_version_is_better():
    all_pass = dict.fromkeys(range(9), TESTS)
    children = {0: [1, 2], 2: [3], 3: [4]}
    won, _, events = await searched(all_pass, {1: 0.1, 2: 0.2, 3: 0.3, 4: 0.3}, children)
    assert won == [1, 2, 3, 4] and not any(isinstance(event, Settled) for event in events)
    last = events[-1]
    assert isinstance(last, Finished) and last.reason == "neighbourhood"
    assert number_of(last.best.candidate.source) == 3, "of equals the first"


async def test_a_version_that_fails_a_test_never_wins_and_is_never_expanded():
    won, table, _ = await searched({1: TESTS - 1, 2: TESTS}, {1: 0.9, 2: 0.1}, {0: [1, 2], 1: [3]})
    assert won == [2] and table.evaluated == [1, 2]
    assert table.must_exceed[0] == TESTS - 1, "a run may stop at the first test that fails"


async def test_a_version_that_is_no_better_does_not_win():
    won, _, events = await searched({1: TESTS}, {1: 0.0}, {0: [1]})
    assert won == [] and number_of(events[-1].best.candidate.source) == 0


async def test_for_an_instruction_every_new_version_that_passes_counts():
    won, _, events = await searched({1: TESTS, 2: 1, 3: TESTS}, {}, {0: [1, 2, 3]}, "instruct")
    assert won == [1, 3] and any(isinstance(event, Settled) for event in events)


async def test_simplicity_is_the_share_of_syntax_nodes_saved():
    before = task("def f(a):\n    if a:\n        return 0\n    return 1\n", passed=TESTS)
    shorter = Candidate(program(7), "test", "")
    passed, failed = before.verdict, Verdict({})
    rewards = await Simplicity().reward(before, [shorter, shorter], [passed, failed], [])
    assert rewards == [pytest.approx(1 - syntax_nodes(program(7)) / syntax_nodes(before.source)), 0.0]


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        ("def f(a):\n    return a + 1\n", 8),
        ('    def f(a):\n        """Long words."""\n        return a + 1\n', 8),
        ("def f(a):\n    if a:\n        return 1\n    return 2\n", 11),
        ("def f(a):\n    if a:\n        return 1\n    else:\n        return 2\n", 12),
        ("def f(a):\n    if a:\n        return 1\n    elif 3:\n        return 2\n", 14),
    ],
)
def test_syntax_nodes_are_counted_as_they_are_read(source, nodes):
    assert syntax_nodes(source) == nodes


def test_the_interval_of_a_median_has_95_percent_confidence():
    assert median_interval([1, 2, 3, 4, 5]) is None
    assert median_interval([3, 1, 2, 6, 5, 4]) == (1, 6)
    assert median_interval(range(1, 21)) == (6, 15)


def test_a_measured_improvement_as_text():
    assert measured_text(Objective("simplify"), Measurement(31, 22, 22, 22, "syntax nodes")) == "31 -> 22 syntax nodes"
    faster = measured_text(Objective("speed-up"), Measurement(1.8, 1.0, 0.9, 1.125, "CPU seconds"))
    assert faster == "1.8 times as fast in its tests (95 %: 1.6 to 2.0)"
    little = measured_text(Objective("speed-up"), Measurement(1.0, 0.98, 0.97, 0.99, "CPU seconds"))
    assert little == "1.020 times as fast in its tests (95 %: 1.010 to 1.031)"


def test_changed_lines_that_no_test_covers():
    source = "def f(a):\n    if a:\n        return 1\n    if not a:\n        b = 2\n        return b\n"
    reached = FaultEvidence(dict.fromkeys((12, 13, 14), 0.0))
    there = Task("m.py", "f", source, 0, len(source), 11, task().verdict, reached)
    assert uncovered_changes(there, source) == ""
    assert uncovered_changes(there, source.replace("return 1", "return 1.0")) == ""
    assert uncovered_changes(there, source.replace("b = 2\n        return b", "return 2")) == "lines 15, 16"
    assert uncovered_changes(there, source.replace("return b", "return 2")) == "line 16"


def test_an_uncovered_statement_that_goes_is_named_though_an_equal_one_stays():
    source = "def f(a):\n    if a:\n        note(a)\n        return 1\n    note(a)\n    return 2\n"
    reached = FaultEvidence(dict.fromkeys((12, 13, 14), 0.0))
    there = Task("m.py", "f", source, 0, len(source), 11, task().verdict, reached)
    assert uncovered_changes(there, source.replace("\n    note(a)\n    return 2", "\n    return 2")) == "line 15"
    assert uncovered_changes(there, source.replace("        note(a)\n", "")) == ""
