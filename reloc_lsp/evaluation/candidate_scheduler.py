"""Spreads candidates over processes: batches for what a swap can show, and a child of its own for all others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from reloc_lsp.evaluation.batching import BatchResult, BatchRunner
from reloc_lsp.evaluation.candidate_runner import CandidateRunner, Results
from reloc_lsp.evaluation.evaluation_context import EvaluationContext


class CandidateScheduler:
    """Runs many candidates at a time.

    A candidate that passes on both sides of others may still do so because of what they left behind. Only cold runs
    decide about a proposal.
    """

    def __init__(self, context: EvaluationContext, runner: CandidateRunner) -> None:
        self.context = context
        self.runner = runner
        self.batches: BatchRunner | None = None

    @property
    def cpu(self) -> float:
        """CPU seconds that batches took so far."""
        return self.batches.cpu if self.batches else 0.0

    async def measure_batches(self) -> BatchRunner | None:
        """Measure once whether batches pay for this unit; `None` if its tier runs none."""
        baseline = self.context.baseline
        if self.batches is None and (tier := baseline.tier.batching()):
            results = {n: baseline.results[n] for n in self.context.tests}
            unchanged = self.context.location.source
            self.batches = await BatchRunner.measured(
                tier, unchanged, results, baseline.limits, swallowed=baseline.swallowed
            )
        return self.batches

    async def evaluate(self, sources: Sequence[str], order: Sequence[int], allowed: int) -> list[Results]:
        """Results of every candidate for the tests in `order`, until more than `allowed` did not pass."""
        batches = await self.measure_batches()
        together = [n for n, source in enumerate(sources) if batches and self.context.location.is_swappable(source)]
        alone = sorted(set(range(len(sources))).difference(together))
        shares = batches.shares(len(together), self.context.launcher.workers) if batches else []
        found = await asyncio.gather(
            *(self._alone(sources, order, allowed, {n: None}) for n in alone),
            *(self._together(sources, order, allowed, [together[i] for i in share]) for share in shares),
        )
        results = {number: result for part in found for number, result in part.items()}
        return [results[n] for n in range(len(sources))]

    async def _alone(
        self, sources: Sequence[str], order: Sequence[int], allowed: int, hung: dict[int, int | None]
    ) -> dict[int, Results]:
        """Each of the candidates in `hung` in a child of its own, with the test that it was seen to hang in."""
        found = await asyncio.gather(*(self.runner.evaluate(sources[n], order, allowed, hung[n]) for n in hung))
        return dict(zip(hung, found, strict=True))

    async def _together(
        self, sources: Sequence[str], order: Sequence[int], allowed: int, numbers: Sequence[int]
    ) -> dict[int, Results]:
        """The candidates `numbers` in batches, and in children of their own where a batch did not decide."""
        batches = self.batches
        assert batches is not None

        async def run(part: Sequence[int]) -> BatchResult:
            async with self.runner.slots:
                versions = [sources[n] for n in part]
                return await batches.run(versions, order, self.context.baseline.limits, allowed)

        results: dict[int, Results] = {}
        hung: dict[int, int] = {}
        left, passing = list(numbers), []
        while len(left) > 1 and batches.size > 1:
            found = await run(left)
            results |= {left[i]: result for i, result in found.final.items()}
            passing += [left[i] for i in found.undecided]
            hung |= {left[i]: test for i, test in found.hung.items()}
            left = [left[i] for i in found.skipped]
        if len(passing) > 1:
            passing.reverse()
            found = await run(passing)
            results |= {passing[i]: result for i, result in {**found.undecided, **found.final}.items()}
        undecided = {n: hung.get(n) for n in numbers if n not in results}
        return results | await self._alone(sources, order, allowed, undecided)
