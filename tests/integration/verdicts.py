"""Helpers to evaluate candidates as a search does, and to read their verdicts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.search.candidate import Candidate
from reloc_lsp.search.verdict import Outcome, Verdict


async def evaluate(evaluator: PytestEvaluator, *sources: str, trusted: bool = True) -> Sequence[Verdict]:
    """Verdicts on versions of the unit. `trusted` is false for code written by a model."""
    candidates = [Candidate(source, "test", "", trusted=trusted) for source in sources]
    return await evaluator.evaluate(candidates, evaluator.unchanged.passed)


def outcomes(verdict: Verdict) -> dict[str, Outcome]:
    """Outcomes by the test's name, without its file."""
    return {name.split("::", 1)[1]: result.outcome for name, result in verdict.results.items()}


async def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until `holds()` is true; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "the condition did not become true in time"
        await asyncio.sleep(0.02)
