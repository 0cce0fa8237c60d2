"""Component 3, candidate evaluation: how good is this program? (ReLoc section 3.3)"""

from __future__ import annotations

from collections.abc import Callable

from reloc_lsp.program.distance import changed_span
from reloc_lsp.search.candidate import Candidate, Score, Task
from reloc_lsp.search.verdict import Outcome, Verdict

Scoring = Callable[[Task, Candidate, Verdict, float], Score]
"""From a task, a candidate, its verdict and its reward to a score."""


def tests_first(task: Task, candidate: Candidate, verdict: Verdict, reward: float) -> Score:
    """Our default: passed tests, then how far the failing ones came, then reward, then the smaller revision."""
    distance = changed_span(task.source, candidate.source) if verdict.at_most >= task.verdict.passed else 9999
    return (verdict.at_most, progress(task.verdict, verdict), reward, -distance)


def tests_and_reward(task: Task, candidate: Candidate, verdict: Verdict, reward: float) -> Score:
    """The paper's score: ten times the share of tests that pass, and the reward, which may outvote them."""
    return (10 * verdict.passed / max(verdict.total, 1) + reward,)


def progress(before: Verdict, after: Verdict) -> int:
    """Tests that fail in both, but now at a later line of the test: some of their assertions were won."""
    moved = 0
    for test, result in after.results.items():
        earlier = before.results[test].failure
        if result.outcome is Outcome.FAILED and result.failure and earlier:
            same = result.failure.kind == earlier.kind
            moved += result.failure.test_line > earlier.test_line > 0 and same
    return moved
