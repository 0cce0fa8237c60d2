"""What a test may take with a candidate, from what it took with the unchanged unit."""

from __future__ import annotations

from reloc_lsp.evaluation.baseline.coverage_run import ENDED_BY_FORCE
from reloc_lsp.evaluation.harness.protocol.messages import Limit
from reloc_lsp.search.verdict import Outcome, TestResult

LEAST_CPU = 0.1
MOST_IN_COMMON = 0.5


def limit_of(result: TestResult, most_wall: float, slowest: float = 0.0) -> Limit:
    """CPU by the test's own use, with room for slower revisions; a test that hung gets a moment.

    A test that fails may have stopped early: it gets what the slowest passing one does. Whichever test comes first
    bears what the tests have in common, so each may take as long as one that bore it.
    """
    if result.outcome in ENDED_BY_FORCE:
        most = min(MOST_IN_COMMON, 2 * LEAST_CPU + 10 * slowest) if slowest else MOST_IN_COMMON
        return Limit(most, min(3.0, most_wall))
    seconds = result.seconds if result.outcome is Outcome.PASSED else max(result.seconds, slowest)
    return Limit(LEAST_CPU + min(slowest, MOST_IN_COMMON) + 10 * seconds, 3.0 + 30 * seconds)
