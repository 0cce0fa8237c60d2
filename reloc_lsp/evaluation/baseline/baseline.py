"""Measures the unchanged unit: which tests reach it, how they end, where they fail, and which tier judges truly."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reloc_lsp.evaluation.baseline.coverage_run import ENDED_BY_FORCE, FAILING, CoverageRun, Unseen
from reloc_lsp.evaluation.baseline.permissions import Permissions
from reloc_lsp.evaluation.baseline.test_discovery import CoveringTestSearch
from reloc_lsp.evaluation.baseline.test_prioritization import judging_order, varied
from reloc_lsp.evaluation.baseline.test_timeouts import limit_of
from reloc_lsp.evaluation.collection_errors import HINT, cause
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.harness.protocol.messages import CollectionError, Limit, ProbeRequest, RunRequest
from reloc_lsp.evaluation.harness_process import last_output
from reloc_lsp.evaluation.sandbox import Grants
from reloc_lsp.evaluation.sandbox.interference import container_notes, same_ending
from reloc_lsp.evaluation.tiers import (
    ColdTier,
    HarnessLauncher,
    Tier,
)
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.search.verdict import Outcome, TestResult

JUDGING_SHARE = 0.03
MOST_BESIDE = 0.2


@dataclass(frozen=True)
class Baseline:
    """The unchanged unit's standing. `results` covers `tests`, the numbers of the covering tests in judging order.

    `beside` are tests that pass and reach the unit, but which only a cold run can judge: they take part in the
    confirmation alone. `unseen` is what was not run at all, for want of time. `grants` are what candidates may do, and
    `importing` what they may where the tests have to be imported and collected first. A confirmation takes about
    `confirming` seconds.
    """

    tier: Tier
    reason: str
    tests: Sequence[int]
    results: Mapping[int, TestResult]
    lines: Mapping[int, set[int]]
    types: Mapping[str, frozenset[str]]
    calls: Mapping[int, int]
    limits: Mapping[int, Limit]
    flaky: Sequence[str]
    notes: Sequence[str]
    beside: Sequence[int] = ()
    unseen: Unseen = field(default_factory=Unseen)
    grants: Grants = field(default_factory=Grants)
    importing: Grants = field(default_factory=Grants)
    confirming: float = 0.0


class BaselineBuilder:
    """Takes the baseline within `seconds`. The caller closes the tier of the answer."""

    def __init__(self, launcher: HarnessLauncher, location: UnitLocation, seconds: float) -> None:
        self.launcher = launcher
        self.location = location
        self.seconds = seconds
        self.look = CoveringTestSearch(launcher, location, seconds)
        self.first_limit = self.look.limit
        self.permissions = Permissions(launcher)
        self.cold_seconds = 0.0

    async def measure(self, groups: Sequence[Sequence[str]]) -> Baseline:
        """Try the groups of test files until tests reach the unit and one of them fails, or all were tried."""
        first, survey = await self.look.at(groups)
        try:
            if not survey.covering:
                return await self._import_time_only(first)
            if not first.forks:
                return await self._only_cold(first, survey)
            return await self._choose(first, survey)
        except BaseException:
            await first.close()
            raise

    async def _choose(self, warm: Tier, survey: CoverageRun) -> Baseline:
        """The warm tier if it is shown to judge as a cold run does; else the fresh one; else cold runs."""
        covering = self._judging(survey)
        limits = {n: limit_of(survey.results[n], self.first_limit.wall) for n in covering}
        steady = _steady(covering, survey)
        await self._wall_in(warm, survey)
        cold_tier = ColdTier(self.launcher, self.location, warm.collected, grants=self.permissions.importing)
        again, cold, green = await asyncio.gather(
            self._again(warm, steady, limits),
            self._cold(cold_tier, steady, limits),
            self._must_fail(
                warm, [n for n in covering if n in steady or survey.results[n].outcome in ENDED_BY_FORCE], limits
            ),
        )
        if await self._hindered(warm, survey.results, again, limits):
            return await self._choose(warm, survey)
        absent = {n for n in steady if n not in cold.results or not cold.begun}
        none = len(absent) == len(steady)
        if absent and await self._hindered_on_the_way(warm, whole=none):
            return await self._choose(warm, survey)
        if absent and none:
            words = (
                next(iter(cold.errors), "") or last_output(self.launcher.copy.log(cold_tier.name)) or "it said nothing"
            )
            raise EvaluationError(_not_again(self.location.unit.qualname, words))
        plain = {**survey.results, **again}
        flaky = absent | await self._flaky(warm, survey, again, limits)
        differing = [
            n for n in steady if n in cold.results and n not in flaky
            and cold.results[n].outcome is not plain[n].outcome
        ]  # fmt: skip
        if differing:
            second = await self._cold(cold_tier, differing, limits)
            flaky |= {n for n in differing if second.results[n].outcome is not cold.results[n].outcome}
            differing = [n for n in differing if n not in flaky]
        if await self._hindered(cold_tier, plain, {n: cold.results[n] for n in differing}, limits):
            return await self._choose(warm, survey)
        # Tests that pass whatever the swap does cannot judge it; a few of them are left to the confirmation.
        beside = {n for n in differing if cold.results[n].outcome not in FAILING}
        beside |= {n for n in green if plain[n].outcome is Outcome.PASSED}
        if len(beside) > MOST_BESIDE * len(covering):
            beside = set()
        # A failing test that a raising body turns green fails for other reasons, if another one shows the bug.
        outside = green - beside
        if not any(plain[n].outcome in FAILING for n in covering if n not in outside | flaky):
            outside = set()
        reasons = {
            "threads run in the test process": warm.collected.threads > 1,
            "the unit runs at import": cold.at_import,
            f"{len(differing)} tests end otherwise in a cold run": not beside.issuperset(differing),
            "a body that raises does not turn every test red": not green <= beside | outside,
        }
        kept = [n for n in covering if n not in flaky | beside | outside]
        results = {n: again.get(n, survey.results[n]) for n in kept}
        doubt = next((reason for reason, holds in reasons.items() if holds), None)
        if doubt is None:
            reason = "the swapped code is seen by every test, and warm and cold runs agree"
            found = self._baseline(warm, reason, results, survey, flaky)
            said = [f"Fails for reasons outside the unit, so left out: {warm.tests[n]}." for n in sorted(outside)]
            return self._sparing(replace(found, notes=[*found.notes, *said]), survey, beside)
        kept = [n for n in covering if n not in flaky]
        results = {n: again.get(n, survey.results[n]) for n in kept}
        results |= {n: cold.results[n] for n in kept if n in cold.results}
        if cold.at_import:
            results |= await self._failing_beside(warm, cold_tier, survey, covering)
        return await self._without_swap(warm, doubt, results, survey, flaky)

    async def _only_cold(self, cold: Tier, survey: CoverageRun) -> Baseline:
        """Where nothing can be forked there is no choice: plain cold runs tell flaky tests and give true times."""
        covering = self._judging(survey)
        limits = {n: limit_of(survey.results[n], self.first_limit.wall) for n in covering}
        again = await self._again(cold, _steady(covering, survey), limits)
        flaky = await self._flaky(cold, survey, again, limits)
        results = {n: again.get(n, survey.results[n]) for n in covering if n not in flaky}
        if survey.at_import:
            results |= await self._failing_beside(cold, cold, survey, covering)
        return self._baseline(cold, "cold: this system cannot fork", results, survey, flaky)

    async def _wall_in(self, tier: Tier, survey: CoverageRun) -> None:
        """Raise the inner walls, with what the survey heard granted through them."""
        self.permissions.add_required(survey.permissions)
        await tier.set_confinement(self.permissions.for_tier(tier))

    async def _hindered_on_the_way(self, warm: Tier, *, whole: bool) -> bool:
        """Whether the inner walls may keep a new process from tests: it is granted what it needs, from now on.

        Where nothing is heard that would explain it, that is everything, if the `whole` of the tests is out of reach.
        """
        if not self.permissions.confined:
            return False
        required = await warm.import_permissions()
        return self.permissions.add_required_by_import(required) or (whole and self.permissions.grant_everything())

    async def _hindered(
        self,
        tier: Tier,
        free: Mapping[int, TestResult],
        walled: Mapping[int, TestResult],
        limits: Mapping[int, Limit],
    ) -> bool:
        """Whether the confinement changes how tests end. If it does, candidates are granted everything from then on.

        `free` has the results without confinement, `walled` those with it. Tests that differ run once more without it.
        That run is compared with `walled` and not with `free`: a flaky test may end differently in each free run.
        """
        changed = [n for n in walled if not same_ending(walled[n], free[n])]
        if not changed or not self.permissions.confined:
            return False
        await tier.set_confinement(None)
        loose = await self._again(tier, changed, limits)
        await tier.set_confinement(self.permissions.for_tier(tier))
        hindered = any(n in loose and not same_ending(loose[n], walled[n]) for n in changed)
        return hindered and self.permissions.grant_everything()

    def _judging(self, survey: CoverageRun) -> list[int]:
        """Covering tests that judge: those that fail, and as many others as can be run for every candidate."""
        covering = [n for n in survey.covering if survey.results[n].outcome is not Outcome.SKIPPED]
        if not covering:
            raise EvaluationError("Every test that reaches the unit is skipped here, so nothing can judge a revision.")
        kept: list[int] = []
        left = max(1.0, JUDGING_SHARE * self.seconds)
        for number in sorted(covering, key=lambda n: judging_order(survey.results[n], n)):
            left -= max(survey.results[number].seconds, survey.results[number].wall)
            if left > 0 or not kept or survey.results[number].outcome is not Outcome.PASSED:
                kept.append(number)
        return sorted(kept)

    def _sparing(self, found: Baseline, survey: CoverageRun, beside: Collection[int] = ()) -> Baseline:
        """The baseline with the passing tests that judge no candidate: those `beside`, and those that take too long."""
        passing = {n for n in survey.covering if survey.results[n].outcome is Outcome.PASSED}
        slow = passing.difference(self._judging(survey)) if passing else set()
        said = [f"{len(slow)} more tests pass and reach the unit; the confirmation alone runs them."] if slow else []
        confirming = found.confirming + sum(survey.results[n].wall for n in slow.union(beside))
        return replace(found, beside=sorted(slow.union(beside)), notes=[*found.notes, *said], confirming=confirming)

    async def _flaky(
        self, tier: Tier, survey: CoverageRun, again: Mapping[int, TestResult], limits: Mapping[int, Limit]
    ) -> set[int]:
        """Tests that end otherwise each time. One that the look into the unit disturbs is not of them: two plain runs
        agree on it."""
        unsure = [n for n in again if again[n].outcome is not survey.results[n].outcome]
        third = await self._again(tier, unsure, limits)
        return {n for n in unsure if n not in third or third[n].outcome is not again[n].outcome}

    async def _failing_beside(
        self, first: Tier, cold_tier: Tier, survey: CoverageRun, covering: Sequence[int]
    ) -> dict[int, TestResult]:
        """Failing tests that do not call the unit, beside tests that do: they may see what it made at import."""
        files = {first.collected.files[n] for n in covering}
        beside = [
            n for n, result in survey.results.items()
            if n not in covering and result.outcome is Outcome.FAILED and first.collected.files[n] in files
        ]  # fmt: skip
        cold = await self._cold(cold_tier, beside, dict.fromkeys(beside, self.first_limit))
        return {n: result for n, result in cold.results.items() if result.outcome is Outcome.FAILED}

    async def _import_time_only(self, first: Tier) -> Baseline:
        """No test calls the unit; it may still run while modules are imported."""
        if not first.tests:
            if first.collected.errors:
                raise EvaluationError(_collection(first.collected.errors))
            raise EvaluationError(
                "pytest collected no tests. Write a test for the function, or name tests with --tests."
            )
        cold_tier = ColdTier(self.launcher, self.location, first.collected)
        everything = list(range(len(first.tests)))
        cold = await self._cold(cold_tier, everything, dict.fromkeys(everything, self.first_limit))
        reached = cold.covering or (everything if cold.at_import else [])
        reached = [n for n in reached if n in cold.results]
        if not reached:
            if first.collected.errors:
                raise EvaluationError(_collection(first.collected.errors))
            name = self.location.unit.qualname
            raise EvaluationError(
                f"No test reaches {name}: {len(first.tests)} tests were collected and none of them runs it. "
                "Write a test that calls it, or name its tests with --tests."
            )
        results = {n: cold.results[n] for n in reached}
        return await self._without_swap(first, "the unit runs at import only", results, cold, set())

    async def _without_swap(
        self, first: Tier, why: str, results: Mapping[int, TestResult], survey: CoverageRun, flaky: set[int]
    ) -> Baseline:
        if not first.forks:
            return self._baseline(first, "cold: this system cannot fork", results, survey, flaky)
        fresh = await first.fallback()
        steady = [n for n in results if results[n].outcome not in ENDED_BY_FORCE]
        limits = dict.fromkeys(steady, self.first_limit)
        free = await self._again(fresh, steady, limits, survey)
        await self._wall_in(fresh, survey)
        seen = await self._again(fresh, steady, limits)
        if await self._hindered(fresh, free, seen, limits):
            await self._wall_in(fresh, survey)
            seen = await self._again(fresh, steady, limits)
        await first.close()
        if first.collected.threads == 1 and all(n in seen and seen[n].outcome is results[n].outcome for n in steady):
            return self._sparing(
                self._baseline(fresh, f"fresh start: {why}", {**results, **seen}, survey, flaky), survey
            )
        await fresh.close()
        cold = ColdTier(self.launcher, self.location, first.collected, grants=self.permissions.importing)
        reason = f"cold: {why}, and fresh starts disagree with cold ones"
        return self._baseline(cold, reason, results, survey, flaky)

    def _baseline(
        self, tier: Tier, reason: str, results: Mapping[int, TestResult], survey: CoverageRun, flaky: set[int]
    ) -> Baseline:
        names = tier.tests
        if not results:
            unsteady = ", ".join(names[n] for n in sorted(flaky))
            raise EvaluationError(f"Only flaky tests reach the unit ({unsteady}): they cannot judge a revision.")
        slowest = max((r.seconds for r in results.values() if r.outcome is Outcome.PASSED), default=0.0)
        limits = {n: limit_of(result, self.first_limit.wall, slowest) for n, result in results.items()}
        order = varied(sorted(results, key=lambda n: judging_order(results[n], n)), results)
        types = {name: frozenset(kinds) for name, kinds in survey.types.items()}
        named = [names[n] for n in sorted(flaky)]
        notes = [f"Flaky, so left out: {', '.join(named)}."] if named else []
        notes += container_notes(results, names) if self.launcher.sandbox.container else []
        notes += self.permissions.notes(tier)
        return Baseline(
            tier, reason, order, results, survey.lines, types, survey.calls, limits, named, notes,
            unseen=survey.unseen, grants=self.permissions.running, importing=self.permissions.importing,
            confirming=self.cold_seconds,
        )  # fmt: skip

    async def _again(
        self, tier: Tier, tests: list[int], limits: Mapping[int, Limit], learner: CoverageRun | None = None
    ) -> dict[int, TestResult]:
        """A plain second run: it gives true times, and shows tests that are flaky.

        A `learner` hears what they need, and then there are no walls.
        """
        results: dict[int, TestResult] = {}
        while tests:
            request = RunRequest({n: limits[n].grown(3) for n in tests}, learn=learner is not None)
            report = await tier.run(self.location.source, request)
            if learner:
                learner.permissions |= report.permissions
            results |= report.results
            if report.ended == "done" or not report.results:
                break
            tests = [n for n in tests if n not in report.results]
        return results

    async def _cold(self, tier: Tier, tests: list[int], limits: Mapping[int, Limit]) -> CoverageRun:
        """An instrumented cold run: the reference for verdicts, and the way to see the unit run at import."""
        survey, probe = CoverageRun(), ProbeRequest(self.location.line_range(), self.location.first_statement_line)
        begun = time.monotonic()
        while tests:
            request = RunRequest({n: limits[n].grown(3) for n in tests}, probe=probe)
            report = await tier.run(self.location.source, request)
            survey.add(report)
            if report.ended == "done" or not report.results:
                break
            tests = [n for n in tests if n not in report.results]
        self.cold_seconds = max(self.cold_seconds, time.monotonic() - begun)
        return survey

    async def _must_fail(self, warm: Tier, tests: list[int], limits: Mapping[int, Limit]) -> set[int]:
        """The tests that stay green with a unit that raises: nothing proves that the swap reaches them."""
        green: set[int] = set()
        while tests:
            report = await warm.run(self.location.canary(), RunRequest({n: limits[n] for n in tests}))
            green |= {n for n, result in report.results.items() if result.outcome is Outcome.PASSED}
            if report.ended == "done" or not report.results:
                return green | (set(tests) - set(report.results))
            tests = tests[len(report.results) :]
        return green


def _steady(tests: Sequence[int], survey: CoverageRun) -> list[int]:
    """Tests that can be run again at will."""
    return [n for n in tests if survey.results[n].outcome not in ENDED_BY_FORCE]


def _collection(errors: Sequence[CollectionError]) -> str:
    first = errors[0]
    more = f" ({len(errors) - 1} more files have errors)" if len(errors) > 1 else ""
    return f"Tests could not be collected: {first.where}: {cause(first.text).rstrip('.')}{more}. {HINT}"


def _not_again(name: str, words: str) -> str:
    return (
        f"The tests of {name} run, but not once more in a new pytest process on a new copy, where a revision has to "
        f"prove itself: {cause(words).rstrip('.')}."
    )
