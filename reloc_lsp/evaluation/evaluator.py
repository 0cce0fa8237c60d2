"""The evaluator behind the search: candidates in, verdicts out, by the tier that the baseline chose."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

from reloc_lsp.evaluation.baseline.baseline import Baseline
from reloc_lsp.evaluation.baseline.coverage_run import FAILING
from reloc_lsp.evaluation.batching import Batches, BatchResult, hopeless_after
from reloc_lsp.evaluation.harness.probe.return_guard import COMPARISON_METHODS
from reloc_lsp.evaluation.harness.protocol.messages import Limit, RunRequest, Unfit
from reloc_lsp.evaluation.probes.value_probe import HarnessValueProbe
from reloc_lsp.evaluation.reports import ChildReport, differential_outcomes
from reloc_lsp.evaluation.sandbox import Level
from reloc_lsp.evaluation.tiers import ColdTier, HarnessLauncher, Tier
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.program.safety_lint import SafetyLint
from reloc_lsp.search.candidate import Candidate
from reloc_lsp.search.patches.differential import Observations
from reloc_lsp.search.runtime_values import ProgramPoint, RuntimeValues
from reloc_lsp.search.verdict import Failure, Outcome, TestResult, Verdict

GROWTH = 15.0
CONFIRMING = Limit(10.0, 30.0)
MOST_WALL_SECONDS = 15.0
SECOND_TRY = 8.0
"""So many times its limit has a test in which alone a candidate hangs: that may only be slow."""
PATIENCE = (3.0, 0.1)
"""CPU seconds, and a share of all, for second tries: where many candidates hang, hardly any is only slow."""
MOST_PROBED_TESTS = 40
TRIED_SECONDS = 1.0
"""What the tests may take, as they did at the baseline, that tell with what the unit is called."""


class ServerLostError(Exception):
    """The process that candidates are forked from has ended, or stood still and was ended."""


class PytestEvaluator:
    """Judges candidates of one unit. Test ids are pytest node ids."""

    def __init__(self, launcher: HarnessLauncher, location: UnitLocation, baseline: Baseline) -> None:
        self.launcher = launcher
        self.location = location
        self.baseline = baseline
        self._fallback: Tier | None = None
        self._lint = SafetyLint(location.module.text)
        launcher.copy.stop_keeping_bytecode()
        self._order = list(baseline.tests)
        self._kills = dict.fromkeys(self._order, 0)
        self._broken: set[int] = set()
        self._batches: Batches | None = None
        self._starting = asyncio.Lock()
        self._slots = asyncio.Semaphore(launcher.workers)
        self._emptying = asyncio.Lock()
        self._cpu = 0.0
        self._waited = 0.0

    @property
    def unchanged(self) -> Verdict:
        """The verdict on the unchanged unit."""
        return self._verdict(self.baseline.results, self.baseline.tests)

    @property
    def sandbox(self) -> Level:
        """The walls that candidates run behind, after what was granted."""
        sandbox = self.launcher.sandbox
        return replace(sandbox, confinement=sandbox.confinement and not self.baseline.importing.everything).level

    @property
    def cpu(self) -> float:
        """CPU seconds that candidates took so far."""
        return self._cpu + (self._batches.cpu if self._batches else 0.0)

    async def evaluate(self, candidates: Sequence[Candidate], must_exceed: int) -> Sequence[Verdict]:
        """Verdicts in the order of `candidates`, as many at a time as there are workers."""
        order = sorted(self._order, key=lambda n: (_group(self.baseline.results[n]), -self._kills[n]))
        refused = {n: self._refusal(c) for n, c in enumerate(candidates) if not c.trusted}
        judged = [n for n in range(len(candidates)) if not refused.get(n)]
        verdicts = await self._judge([candidates[n] for n in judged], order, must_exceed)
        for verdict in verdicts:
            for number, result in zip(order, verdict.results.values(), strict=False):
                self._kills[number] += result.outcome not in (Outcome.PASSED, Outcome.NOT_RUN)
        found = dict(zip(judged, verdicts, strict=True))
        return [found[n] if n in found else self._refused(refused[n], order) for n in range(len(candidates))]

    async def batches(self) -> Batches | None:
        """Batches as they pay for this unit, which the first call measures; `None` in tiers that have none."""
        tier = self.baseline.tier
        if self._batches is None and (batching := tier.batching()):
            results = {n: self.baseline.results[n] for n in self._order}
            self._batches = await Batches.measured(batching, self.location.source, results, self.baseline.limits)
        return self._batches

    async def confirm(self, source: str, trusted: bool = False) -> Verdict:
        """Cold runs of every selected test on new copies of the workspace: what a Proposal rests on.

        Beside the usual run there is one as unlike it as can be. What passes in the one alone does not pass, unless
        the usual order of the tests is all it needs. Of code that is not `trusted` the values returned are looked at
        too. What breaks tests that an earlier version broke here is not run cold.
        """
        broken = await self._breaks_again(source)
        if broken:
            return self._verdict(broken, [*self._order, *broken])
        usual = ColdTier(self.launcher, self.location, self.baseline.tier.collected, grants=self.baseline.importing)
        seed = 1 + secrets.randbelow(2**32 - 1)
        unlike = replace(usual, backwards=True, seed=seed, more_recursion=True)
        guarded = unlike
        if not (trusted or self._compares_itself):
            guarded = replace(unlike, guarded_lines=self.location.lines_of(source))
        beside = list(self.baseline.beside)
        limits = {n: self.baseline.limits[n].grown(GROWTH) for n in self._order} | dict.fromkeys(beside, CONFIRMING)
        first, second = await asyncio.gather(
            usual.run(source, RunRequest(limits)),
            guarded.run(source, RunRequest(limits)),
        )
        results = dict(first.results)
        doubtful = [n for n, result in results.items() if result.outcome is Outcome.PASSED and _not_passed(second, n)]
        if doubtful:
            # With all the others, as it may be one of those that has to come before.
            unchanged, third = await asyncio.gather(
                unlike.run(self.location.source, RunRequest(limits)),
                replace(guarded, backwards=False).run(source, RunRequest(limits)),
            )
            unsure = [n for n in doubtful if _not_passed(third, n) or not _not_passed(unchanged, n)]
            results |= {n: second.results.get(n, TestResult(Outcome.DIED)) for n in unsure}
        lost = [n for n in beside if n not in results or results[n].outcome in FAILING]
        self._broken.update(lost)
        return self._verdict(results, [*self._order, *lost])

    async def _breaks_again(self, source: str) -> dict[int, TestResult]:
        """Tests that the confirmation alone runs and that failed there before, if they fail with `source` here too.

        Only those count that pass here with the unchanged unit.
        """
        tier, left = self.baseline.tier, sorted(self._broken)
        if not left or not tier.forks or not self.location.fits(source):
            return {}
        limits = dict.fromkeys(left, CONFIRMING)
        try:
            now = await self._run(tier, source, left, limits, 0)
            failing = {n: result for n, result in now.items() if result.outcome in FAILING}
            before = await self._run(tier, self.location.source, list(failing), limits, 0)
        except ServerLostError:
            return {}
        return {n: failing[n] for n, result in before.items() if result.outcome is Outcome.PASSED}

    @property
    def _compares_itself(self) -> bool:
        """Whether the unit, as it stands, makes a class with comparisons of its own."""
        return any(name in self.location.source for name in COMPARISON_METHODS)

    async def timed(self, sources: Sequence[str]) -> list[float] | None:
        """CPU seconds of all tests together with each version, run one after the other; `None` where one fails."""
        tier = self.baseline.tier
        if not all(map(tier.can_show, sources)):
            tier = await self._start_fallback()
        limits = {n: self.baseline.limits[n] for n in self._order}
        times = []
        for source in sources:
            try:
                results = await self._run(tier, source, self._order, limits, 0)
            except ServerLostError:
                return None
            if any(n not in results or results[n].outcome is not Outcome.PASSED for n in self._order):
                return None
            # A clock of the system that ticks slowly must not show a time of nothing.
            times.append(max(sum(result.seconds for result in results.values()), 1e-9))
        return times

    async def values(
        self, source: str, entry: int, lines: tuple[int, int], points: Sequence[ProgramPoint]
    ) -> RuntimeValues:
        """Evaluate expressions at points of the unit while its tests run: failing ones, and some that pass."""
        look = HarnessValueProbe(self.baseline.tier, source, self._order[:MOST_PROBED_TESTS], lines, entry)
        return await look.values(points)

    async def trials(self, sources: Sequence[str]) -> Sequence[Observations]:
        """What versions of the unit do with inputs that no test tries; nothing where a warm swap cannot show it."""
        tier, tests, left = self.baseline.tier, [], TRIED_SECONDS
        for number in self._order[:MOST_PROBED_TESTS]:
            wall = self.baseline.results[number].wall
            if wall <= left:
                tests.append(number)
                left -= wall

        async def tried(source: str) -> Observations:
            if not tier.can_vary_inputs(source):
                return {}
            limits = {n: self.baseline.limits[n] for n in tests}
            async with self._slots:
                report = await tier.run(source, RunRequest(limits, differential=True))
            self._cpu += report.cpu
            return differential_outcomes(report)

        return await asyncio.gather(*map(tried, sources))

    def abandon(self) -> None:
        """Stop judging what nobody waits for any more."""
        for tier in (self.baseline.tier, self._fallback):
            if tier is not None:
                tier.cancel()

    async def close(self) -> None:
        """End every process."""
        await self.baseline.tier.close()
        if self._fallback is not None:
            await self._fallback.close()

    def _refusal(self, candidate: Candidate) -> str:
        """Why code written by somebody else is not even run; empty where nothing speaks against it."""
        if not self.location.is_one_function(candidate.source):
            return "it is not one function of the same kind and name"
        return "; ".join(self._lint.violations(candidate.source))

    def _refused(self, why: str, order: Sequence[int]) -> Verdict:
        failed = TestResult(Outcome.FAILED, failure=Failure("Refused", f"not run: {why}"))
        return self._verdict(dict.fromkeys(order, failed), order)

    async def _judge(self, candidates: Sequence[Candidate], order: Sequence[int], must_exceed: int) -> list[Verdict]:
        """Batches for what a warm swap can show, and a child of its own for everything else.

        What passes on both sides of others may still do so by what they left behind: a proposal rests on cold runs.
        """
        batches = await self.batches()
        together = [n for n, c in enumerate(candidates) if batches and self.location.fits(c.source)]
        alone = sorted(set(range(len(candidates))).difference(together))
        verdicts: dict[int, Verdict] = {}

        async def judge_alone(number: int, hung: int | None = None) -> None:
            verdicts[number] = await self._one(candidates[number], order, must_exceed, hung)

        async def judge_together(numbers: Sequence[int]) -> None:
            left, passing = list(numbers), []
            hung: dict[int, int] = {}
            while len(left) > 1 and batches and batches.size > 1:
                said = await ask(left)
                verdicts.update((left[i], self._verdict(results, order)) for i, results in said.stands.items())
                passing += [left[i] for i in said.open]
                hung |= {left[i]: test for i, test in said.hung.items()}
                left = [left[i] for i in said.again]
            if len(passing) > 1:
                passing.reverse()
                said = await ask(passing)
                second = {**said.open, **said.stands}
                verdicts.update((passing[i], self._verdict(results, order)) for i, results in second.items())
            await asyncio.gather(*(judge_alone(n, hung.get(n)) for n in numbers if n not in verdicts))

        async def ask(numbers: Sequence[int]) -> BatchResult:
            assert batches is not None
            sources = [candidates[n].source for n in numbers]
            async with self._slots:
                return await batches.run(sources, order, self.baseline.limits, len(order) - must_exceed - 1)

        shares = batches.shares(len(together), self.launcher.workers) if batches else []
        groups = [[together[i] for i in share] for share in shares]
        await asyncio.gather(*map(judge_alone, alone), *map(judge_together, groups))
        return [verdicts[n] for n in range(len(candidates))]

    async def _one(
        self, candidate: Candidate, order: Sequence[int], must_exceed: int, hung: int | None = None
    ) -> Verdict:
        """The verdict on a candidate that has a child of its own; `hung` is the test in which it was seen to hang.

        Where the server was lost, one of those judged at that time may have ended it: each is then judged with no
        other beside it.
        """
        try:
            async with self._slots:
                return await self._tried(candidate, order, must_exceed, hung)
        except ServerLostError:
            async with self._emptying, contextlib.AsyncExitStack() as all_slots:
                for _ in range(self.launcher.workers):
                    await all_slots.enter_async_context(self._slots)
                with contextlib.suppress(ServerLostError):
                    return await self._tried(candidate, order, must_exceed, hung)
            return self._verdict(dict.fromkeys(order, TestResult(Outcome.DIED)), order)

    async def _tried(self, candidate: Candidate, order: Sequence[int], must_exceed: int, hung: int | None) -> Verdict:
        tier = await self._tier_for(candidate)
        limits = {n: self.baseline.limits[n] for n in order}
        results: dict[int, TestResult] = {}
        if hung is None:
            results = await self._run(tier, candidate.source, order, limits, len(order) - must_exceed - 1)
            hung = next((n for n, result in results.items() if result.outcome is Outcome.TIMEOUT), None)
        if hung is None:
            return self._verdict(results, order)
        results.setdefault(hung, TestResult(Outcome.TIMEOUT))
        if self._may_be_slow(results, hung) and self._waited < PATIENCE[0] + PATIENCE[1] * self.cpu:
            others = [n for n in order if n not in results]
            results |= await self._run(tier, candidate.source, others, limits, 0, waiting=True)
            if len(results) == len(order) and self._may_be_slow(results, hung):
                results |= await self._run(tier, candidate.source, [hung], self._grown([hung]), 0, waiting=True)
        return self._verdict(dict.fromkeys(order, TestResult(Outcome.FAILED)) | results, order)

    def _may_be_slow(self, results: Mapping[int, TestResult], hung: int) -> bool:
        """Whether a candidate that hangs in one test may be a right fix that is slow.

        Then every other test passes, and the slow one may have more time. Where several tests hung with the unchanged
        unit and one of them still does, nothing was mended.
        """
        unchanged = self.baseline.results
        hanging = [n for n in unchanged if unchanged[n].outcome is Outcome.TIMEOUT and n not in results]
        passing = all(result.outcome is Outcome.PASSED for n, result in results.items() if n != hung)
        return passing and len(unchanged) > 1 and not (hanging and unchanged[hung].outcome is Outcome.TIMEOUT)

    def _grown(self, tests: Sequence[int]) -> dict[int, Limit]:
        """Limits for a second try."""
        grown = {n: self.baseline.limits[n].grown(SECOND_TRY) for n in tests}
        return {n: Limit(limit.cpu, min(limit.wall, MOST_WALL_SECONDS)) for n, limit in grown.items()}

    async def _run(
        self,
        tier: Tier,
        source: str,
        tests: Sequence[int],
        limits: dict[int, Limit],
        allowed: int,
        *,
        waiting: bool = False,
    ) -> dict[int, TestResult]:
        """Run `tests` until more than `allowed` did not pass, in a new child after one that died.

        `waiting` is for one that may only be slow. Raises `ServerLostError` where the parent of these children was lost
        meanwhile.
        """
        results: dict[int, TestResult] = {}
        left = list(tests)
        while left:
            failed = sum(r.outcome is not Outcome.PASSED for r in results.values())
            if failed > allowed:
                break
            whole = set(left) == set(self._order) and allowed < len(tests)
            hopeless = hopeless_after(self.baseline.results, tests) if whole else None
            request = RunRequest({n: limits[n] for n in left}, failures_allowed=allowed - failed, early_stop=hopeless)
            report = await tier.run(source, request)
            self._cpu += report.cpu
            self._waited += report.cpu if waiting else 0.0
            if report.ended == "server died":
                raise ServerLostError
            unfit = report.last(Unfit)
            if unfit is not None and tier is not self._fallback:
                if not self.location.compiles(source):
                    failure = Failure("SyntaxError", unfit.reason)
                    return dict.fromkeys(tests, TestResult(Outcome.FAILED, failure=failure))
                tier = await self._start_fallback()
                continue
            if not report.results:
                results[left[0]] = TestResult(Outcome.DIED)
            results |= report.results
            if report.ended == "done":
                # What a child that ended well left out was not collected, not needed, or hopeless.
                missing = [n for n in left if n not in results]
                stopped = sum(r.outcome is not Outcome.PASSED for r in results.values()) > allowed
                results |= {} if stopped else {n: TestResult(Outcome.FAILED) for n in missing}
                break
            if any(result.outcome is Outcome.TIMEOUT for result in results.values()):
                break
            left = [n for n in left if n not in results]
        return results

    async def _tier_for(self, candidate: Candidate) -> Tier:
        """The baseline's tier, unless a warm swap cannot show what the candidate changes."""
        tier = self.baseline.tier
        if not tier.can_show(candidate.source):
            return await self._start_fallback()
        return tier

    async def _start_fallback(self) -> Tier:
        async with self._starting:
            if self._fallback is None:
                self._fallback = await self.baseline.tier.fallback()
                await self._fallback.set_confinement(self.baseline.importing)
            return self._fallback

    def _verdict(self, results: Mapping[int, TestResult], order: Sequence[int]) -> Verdict:
        names = self.baseline.tier.tests
        return Verdict({names[n]: results.get(n, TestResult(Outcome.NOT_RUN)) for n in order})


def _not_passed(report: ChildReport, test: int) -> bool:
    """Whether the test did not pass."""
    return test not in report.results or report.results[test].outcome is not Outcome.PASSED


def _group(result: TestResult) -> int:
    return {Outcome.PASSED: 1, Outcome.TIMEOUT: 2, Outcome.DIED: 2}.get(result.outcome, 0)
