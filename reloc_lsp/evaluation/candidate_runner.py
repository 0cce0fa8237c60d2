"""Runs the tests on one candidate: in the right tier, again after a crash, and again with more time after a hang."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence

from reloc_lsp.evaluation.batching import early_stop_after
from reloc_lsp.evaluation.evaluation_context import EvaluationContext
from reloc_lsp.evaluation.hang_retry import HangRetry
from reloc_lsp.evaluation.harness.protocol.records import Unfit
from reloc_lsp.evaluation.harness.protocol.values import Limit, RunRequest
from reloc_lsp.evaluation.tiers import Tier
from reloc_lsp.search.verdict import Failure, Outcome, TestResult

Results = dict[int, TestResult]
"""Results by test number."""


class ServerLostError(Exception):
    """The process that candidates are forked from has ended, or was ended because it did not answer."""


class CandidateRunner:
    """Runs one candidate in each child, at most as many at a time as there are workers (`slots`)."""

    def __init__(self, context: EvaluationContext) -> None:
        self.context = context
        self.slots = asyncio.Semaphore(context.launcher.workers)
        self.cpu = 0.0
        self._retry = HangRetry(context.baseline.results)
        self._fallback: Tier | None = None
        self._starting = asyncio.Lock()
        self._taking_all_slots = asyncio.Lock()

    async def evaluate(self, source: str, order: Sequence[int], allowed: int, hung: int | None = None) -> Results:
        """Results of the tests in `order`, until more than `allowed` did not pass; waits for a free slot.

        `hung` is the test in which the candidate was seen to hang. If the server is lost, one of the candidates that
        ran at that time may have ended it: then each runs again while no other one runs.
        """
        try:
            async with self.slots:
                return await self._evaluate(source, order, allowed, hung)
        except ServerLostError:
            async with self._taking_all_slots, contextlib.AsyncExitStack() as all_slots:
                for _ in range(self.context.launcher.workers):
                    await all_slots.enter_async_context(self.slots)
                with contextlib.suppress(ServerLostError):
                    return await self._evaluate(source, order, allowed, hung)
            return dict.fromkeys(order, TestResult(Outcome.DIED))

    async def _evaluate(self, source: str, order: Sequence[int], allowed: int, hung: int | None) -> Results:
        tier = await self.tier_for([source])
        limits = self.context.limits(order)
        results: Results = {}
        if hung is None:
            results = await self.run(tier, source, limits, allowed)
            hung = next((n for n, result in results.items() if result.outcome is Outcome.TIMEOUT), None)
        if hung is None:
            return results
        results.setdefault(hung, TestResult(Outcome.TIMEOUT))
        if self._retry.may_be_slow(results, hung) and self._retry.affordable(hung):
            others = {n: limits[n] for n in order if n not in results}
            results |= await self.run(tier, source, others, 0, retry=True)
            if len(results) == len(order) and self._retry.may_be_slow(results, hung):
                longer = {hung: self._retry.limit(limits[hung])}
                results |= await self.run(tier, source, longer, 0, retry=True)
        return dict.fromkeys(order, TestResult(Outcome.FAILED)) | results

    async def run(
        self, tier: Tier, source: str, limits: Mapping[int, Limit], allowed: int, *, retry: bool = False
    ) -> Results:
        """Run the tests in `limits` until more than `allowed` did not pass, in a new child after one that died.

        The time of a `retry` is counted as such. Raises `ServerLostError` if the parent of these children was lost
        meanwhile.
        """
        results: Results = {}
        left = dict(limits)
        while left and (failed := _failures(results)) <= allowed:
            whole = left.keys() == set(self.context.tests) and allowed < len(limits)
            early_stop = early_stop_after(self.context.baseline.results, list(limits)) if whole else None
            swallowed = self.context.baseline.swallowed
            request = RunRequest(
                left, failures_allowed=allowed - failed, early_stop=early_stop, swallowed_before=swallowed
            )
            began = time.monotonic()
            report = await tier.run(source, request)
            self.cpu += report.cpu
            self._retry.add(max(report.cpu, time.monotonic() - began), retry=retry)
            if report.ended == "server died":
                raise ServerLostError
            unfit = report.last(Unfit)
            if unfit is not None and tier is not self._fallback:
                if not self.context.location.compiles(source):
                    failure = Failure("SyntaxError", unfit.reason)
                    return dict.fromkeys(limits, TestResult(Outcome.FAILED, failure=failure))
                tier = await self.fallback()
                continue
            if not report.results:
                results[next(iter(left))] = TestResult(Outcome.DIED)
            results |= report.results
            if report.ended == "done":
                # Such a child left out what was not collected, not needed, or decided by the early stop.
                if _failures(results) <= allowed:
                    results |= {n: TestResult(Outcome.FAILED) for n in left if n not in results}
                break
            if any(result.outcome is Outcome.TIMEOUT for result in report.results.values()):
                break
            left = {n: limit for n, limit in left.items() if n not in results}
        return results

    async def tier_for(self, sources: Sequence[str]) -> Tier:
        """The baseline's tier, unless it cannot show what one of the versions changes."""
        tier = self.context.baseline.tier
        return tier if all(map(tier.can_show, sources)) else await self.fallback()

    async def fallback(self) -> Tier:
        """The tier that can show every version, started when it is first needed."""
        async with self._starting:
            if self._fallback is None:
                self._fallback = await self.context.baseline.tier.fallback()
                await self._fallback.set_confinement(self.context.baseline.importing)
            return self._fallback

    def cancel(self) -> None:
        """End the runs now in progress, which nobody waits for."""
        for tier in (self.context.baseline.tier, self._fallback):
            if tier is not None:
                tier.cancel()

    async def close(self) -> None:
        """End every process."""
        await self.context.baseline.tier.close()
        if self._fallback is not None:
            await self._fallback.close()


def _failures(results: Results) -> int:
    return sum(result.outcome is not Outcome.PASSED for result in results.values())
