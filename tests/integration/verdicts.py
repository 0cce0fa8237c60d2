"""Asking a judge as a search does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.search.candidate import Candidate
from reloc_lsp.search.verdict import Outcome, Verdict


async def judged(judge: PytestEvaluator, *sources: str, trusted: bool = True) -> Sequence[Verdict]:
    """Verdicts on versions of the unit, which are `trusted` or written by nobody knows whom."""
    candidates = [Candidate(source, "test", "", trusted=trusted) for source in sources]
    return await judge.evaluate(candidates, judge.unchanged.passed)


def outcomes(verdict: Verdict) -> dict[str, Outcome]:
    """Outcome by the test's own name."""
    return {name.split("::", 1)[1]: result.outcome for name, result in verdict.results.items()}


async def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something holds; fails once it took too long."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        await asyncio.sleep(0.02)
