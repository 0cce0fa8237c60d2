"""What a test may take with a candidate, from what it took with the unchanged unit."""

from __future__ import annotations

from reloc_lsp.evaluation.baseline.coverage_run import ENDED_BY_FORCE
from reloc_lsp.evaluation.harness.protocol.values import Limit
from reloc_lsp.search.verdict import Outcome, TestResult

MIN_CPU = 0.1
"""CPU seconds that every test may take besides its own use. Chosen by hand."""
MAX_SHARED_CPU = 0.5
"""CPU seconds at the most that are added for what the tests have in common. Chosen by hand."""
CPU_FACTOR = 10
"""How many times as long as the unchanged unit a revision may take. Chosen by hand."""
MIN_WALL, WALL_FACTOR = 1.5, 30
"""Wall-clock seconds that every test may take, and the factor of its own use that is added. Chosen by hand."""
MIN_HUNG_WALL = 0.3
"""Wall-clock seconds that a test may take that did not end, besides `WALL_FACTOR` times what the slowest one takes that
ends: every candidate that does not help costs them. Chosen by hand."""


def limit_of(result: TestResult, max_wall: float, slowest: float = 0.0) -> Limit:
    """CPU by the test's own use, with room for slower revisions; a test that hung gets a moment.

    A test that fails may have stopped early, so it gets what the slowest passing one does (`slowest` CPU seconds).
    Whichever test comes first also does what the tests have in common, so each may take as long as one that did.
    """
    if result.outcome in ENDED_BY_FORCE:
        cpu = min(MAX_SHARED_CPU, 2 * MIN_CPU + CPU_FACTOR * slowest) if slowest else MAX_SHARED_CPU
        return Limit(cpu, min(MIN_HUNG_WALL + WALL_FACTOR * slowest, MIN_WALL, max_wall))
    seconds = result.seconds if result.outcome is Outcome.PASSED else max(result.seconds, slowest)
    return Limit(MIN_CPU + min(slowest, MAX_SHARED_CPU) + CPU_FACTOR * seconds, MIN_WALL + WALL_FACTOR * seconds)
