"""Component 3, candidate evaluation: how good is this program? (ReLoc section 3.3)"""

from __future__ import annotations

from collections.abc import Callable

from reloc_lsp.program.differences.distance import changed_span
from reloc_lsp.search.candidate import Candidate, Score, Task
from reloc_lsp.search.verdict import Outcome, TestResult, Verdict

ScoreFunction = Callable[[Task, Candidate, Verdict, float], Score]
"""Turns a task, a candidate, its verdict and its reward into a score."""

FAR = 9999
"""Stands for the size, in characters, of a revision that passes fewer tests than the unchanged unit.

Among such revisions the size decides nothing of interest, so no time is spent on it. Any large number does."""


def lexicographic_score(task: Task, candidate: Candidate, verdict: Verdict, reward: float) -> Score:
    """The default: first passed tests, then failures that moved later, then the reward, then the smaller revision."""
    distance = changed_span(task.source, candidate.source) if verdict.possible_passes >= task.verdict.passed else FAR
    return (verdict.possible_passes, failures_moved_later(task.verdict, verdict), reward, -distance)


def paper_score(task: Task, candidate: Candidate, verdict: Verdict, reward: float) -> Score:
    """The paper's: ten times the share of tests that pass, plus the reward, which may outweigh the tests."""
    return (10 * verdict.passed / max(verdict.total, 1) + reward,)


def failures_moved_later(before: Verdict, after: Verdict) -> int:
    """Number of tests that fail in both with the same exception, but now at a later line: more assertions hold."""
    moved = 0
    for test, result in after.results.items():
        earlier = before.results[test].failure
        if result.outcome is Outcome.FAILED and result.failure and earlier:
            same = result.failure.kind == earlier.kind
            moved += result.failure.test_line > earlier.test_line > 0 and same
    return moved


def newly_passes(before: Verdict, after: Verdict) -> bool:
    """Whether a test passes that was run before and did not pass."""
    return any(
        result.outcome is Outcome.PASSED and before.results[test].outcome not in (Outcome.PASSED, Outcome.NOT_RUN)
        for test, result in after.results.items()
    )


def behavior_changed(before: Verdict, after: Verdict) -> bool:
    """Whether a test has another outcome, or fails with another message or at another line.

    False where a test times out or ends its process: that is no information about the fault.
    """
    changed = False
    for test, result in after.results.items():
        if result.outcome in (Outcome.TIMEOUT, Outcome.DIED):
            return False
        earlier = before.results[test]
        if Outcome.NOT_RUN in (result.outcome, earlier.outcome):
            continue
        # A failed result without a failure was decided without running the test.
        known = result.outcome is not Outcome.FAILED or result.failure is not None
        changed = changed or (known and _signature(result) != _signature(earlier))
    return changed


def _signature(result: TestResult) -> tuple[object, ...]:
    failure = result.failure
    return (result.outcome, *((failure.kind, failure.message, failure.test_line) if failure else ()))
