"""The confirmation of a candidate by cold runs of all selected tests: only what passes here becomes a proposal."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace

from reloc_lsp.evaluation.baseline.coverage_run import FAILING
from reloc_lsp.evaluation.candidate_runner import CandidateRunner, Results, ServerLostError
from reloc_lsp.evaluation.evaluation_context import EvaluationContext
from reloc_lsp.evaluation.harness.probe.false_passes.return_guard import COMPARISON_METHODS
from reloc_lsp.evaluation.harness.protocol.values import Limit, RunRequest
from reloc_lsp.evaluation.outside_judging import OutsideJudging
from reloc_lsp.evaluation.reports import ChildReport
from reloc_lsp.evaluation.tiers import ColdTier
from reloc_lsp.search.verdict import Failure, Outcome, TestResult, Verdict

NOT_JUDGED = TestResult(Outcome.FAILED, failure=Failure("NotOutside", "this test can judge the code only from inside"))
LIMIT_MULTIPLIER = 15.0
"""Multiplier of a test's limit in a cold run, where it may be the first to import what it needs. Chosen by hand."""
NON_COVERING_LIMIT = Limit(10.0, 30.0)
"""Limit of a test that only the confirmation runs. Chosen by hand."""


class Confirmation:
    """Confirms candidates. It remembers the tests that only it runs and that failed here before (`broken`).

    Where it `refuses_inside`, a test that cannot judge untrusted code from outside confirms nothing of it.
    """

    def __init__(self, context: EvaluationContext, runner: CandidateRunner, *, refuses_inside: bool = False) -> None:
        self.context = context
        self.runner = runner
        self.refuses_inside = refuses_inside
        self.outside = OutsideJudging(context)
        self.broken: set[int] = set()

    async def confirm(self, source: str, trusted: bool) -> Verdict:
        """The verdict of cold runs on new copies of the workspace.

        Besides the usual run there is a reversed one, with another hash seed and more recursion. What passes only in
        the usual run does not pass, unless the usual order of the tests is all that it needs. For code that is not
        `trusted` the reversed run judges from outside. A candidate that fails a test which failed here before is not
        run cold.
        """
        order, baseline = list(self.context.tests), self.context.baseline
        broken = await self._broken_again(source)
        if broken:
            return self.context.verdict(broken, [*order, *broken])
        limits = {n: limit.grown(LIMIT_MULTIPLIER) for n, limit in self.context.limits(order).items()}
        limits |= dict.fromkeys(baseline.confirmation_only, NON_COVERING_LIMIT)
        request = RunRequest(limits, swallowed_before=baseline.swallowed)
        results = await (self._trusted_results(source, request) if trusted else self._judged(source, request))
        lost = [n for n in baseline.confirmation_only if n not in results or results[n].outcome in FAILING]
        self.broken.update(lost)
        return self.context.verdict(results, [*order, *lost])

    async def _trusted_results(self, source: str, request: RunRequest) -> Results:
        usual, backwards = self._tiers()
        first, second = await asyncio.gather(usual.run(source, request), backwards.run(source, request))
        return await self._undoubted(source, request, first, second, backwards)

    async def _judged(self, source: str, request: RunRequest) -> Results:
        """Results of code that is not trusted: what passes has to pass from outside, too.

        Tests that cannot judge from outside run with a guard on what the unit returns.
        """
        usual, backwards = self._tiers()
        first, second, calibration = await asyncio.gather(
            usual.run(source, request), self.outside.run(source, request), self.outside.calibration(request)
        )
        results = dict(first.results)
        doubtful = [n for n in results if _passed(first, n) and not _passed(second, n) and n not in calibration.inside]
        if doubtful:
            third = await self.outside.run(source, request, backwards=False)
            alike = {n for n, result in calibration.results.items() if result.outcome is Outcome.PASSED}
            failed = [n for n in doubtful if not _passed(third, n) or n in alike]
            results |= {n: second.results.get(n, TestResult(Outcome.DIED)) for n in failed}
        inside = [n for n in calibration.inside if _passed(first, n)]
        if not inside:
            return results
        if self.refuses_inside:
            return results | dict.fromkeys(inside, NOT_JUDGED)
        if not self._defines_comparisons:
            backwards = replace(backwards, guarded_lines=self.context.location.line_range_of(source))
        guarded = await backwards.run(source, request)
        checked = await self._undoubted(source, request, first, guarded, backwards)
        return results | {n: checked[n] for n in inside}

    def _tiers(self) -> tuple[ColdTier, ColdTier]:
        """The usual run, and one with another order, another hash seed and more recursion."""
        context = self.context
        usual = ColdTier(
            context.launcher, context.location, context.baseline.tier.collected, grants=context.baseline.importing
        )
        return usual, replace(usual, backwards=True, seed=1 + secrets.randbelow(2**32 - 1), more_recursion=True)

    async def _undoubted(
        self, source: str, request: RunRequest, first: ChildReport, second: ChildReport, backwards: ColdTier
    ) -> Results:
        """The results of the first run. What passes only there fails, unless all it needs is the usual order."""
        results = dict(first.results)
        doubtful = [n for n in results if _passed(first, n) and not _passed(second, n)]
        if doubtful:
            # With all the others, as a doubtful test may need one of them to run before.
            unchanged, third = await asyncio.gather(
                replace(backwards, guarded_lines=None).run(self.context.location.source, request),
                replace(backwards, backwards=False).run(source, request),
            )
            failed = [n for n in doubtful if not _passed(third, n) or _passed(unchanged, n)]
            results |= {n: second.results.get(n, TestResult(Outcome.DIED)) for n in failed}
        return results

    async def _broken_again(self, source: str) -> Results:
        """Failures of tests that only the confirmation runs and that failed here before.

        They run in the baseline's tier, and count only if they pass there with the unchanged unit.
        """
        tier, location = self.context.baseline.tier, self.context.location
        if not self.broken or not tier.forks or not location.is_swappable(source):
            return {}
        limits = dict.fromkeys(sorted(self.broken), NON_COVERING_LIMIT)
        try:
            after = await self.runner.run(tier, source, limits, 0)
            failing = {n: result for n, result in after.items() if result.outcome in FAILING}
            before = await self.runner.run(tier, location.source, {n: limits[n] for n in failing}, 0)
        except ServerLostError:
            return {}
        return {n: failing[n] for n, result in before.items() if result.outcome is Outcome.PASSED}

    @property
    def _defines_comparisons(self) -> bool:
        """Whether the unchanged unit names a method of comparison, and so may return such objects rightly."""
        return any(name in self.context.location.source for name in COMPARISON_METHODS)


def _passed(report: ChildReport, test: int) -> bool:
    return test in report.results and report.results[test].outcome is Outcome.PASSED
