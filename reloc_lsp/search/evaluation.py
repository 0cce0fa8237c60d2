"""Component 3, candidate evaluation: how good is this program? (ReLoc section 3.3)"""

from __future__ import annotations

from collections.abc import Callable

from reloc_lsp.program.distance import changed_span
from reloc_lsp.search.candidate import Candidate, Score, Task
from reloc_lsp.search.verdict import Outcome, TestResult, Verdict

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


def gains(before: Verdict, after: Verdict) -> bool:
    """Whether a test passes now that did not."""
    return any(
        result.outcome is Outcome.PASSED and before.results[test].outcome not in (Outcome.PASSED, Outcome.NOT_RUN)
        for test, result in after.results.items()
    )


def differs(before: Verdict, after: Verdict) -> bool:
    """Whether a test ends otherwise, or fails with other words or elsewhere; what hangs or dies tells nothing."""
    changed = False
    for test, result in after.results.items():
        if result.outcome in (Outcome.TIMEOUT, Outcome.DIED):
            return False
        earlier = before.results[test]
        if Outcome.NOT_RUN in (result.outcome, earlier.outcome):
            continue
        # Without a failure it was given up before it ran.
        known = result.outcome is not Outcome.FAILED or result.failure is not None
        changed = changed or (known and _end(result) != _end(earlier))
    return changed


def _end(result: TestResult) -> tuple[object, ...]:
    failure = result.failure
    return (result.outcome, *((failure.kind, failure.message, failure.test_line) if failure else ()))
