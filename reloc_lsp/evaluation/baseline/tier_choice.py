"""Which tier evaluates candidates, chosen by runs of the unchanged unit and never by a guess.

The warm tier may be used only if tests of the unchanged unit end alike in warm and cold runs, and a body that raises
makes every test fail. Otherwise the fresh tier is tried, and then only the cold tier is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reloc_lsp.evaluation.baseline.confinement_check import ConfinementCheck
from reloc_lsp.evaluation.baseline.coverage_run import ENDED_BY_FORCE, FAILING, CoverageRun
from reloc_lsp.evaluation.baseline.outside_failures import failing_outside
from reloc_lsp.evaluation.baseline.permissions import Permissions
from reloc_lsp.evaluation.baseline.test_timeouts import limit_of
from reloc_lsp.evaluation.baseline.unchanged_runs import UnchangedRuns
from reloc_lsp.evaluation.errors import EvaluationError, cause
from reloc_lsp.evaluation.harness.protocol.values import Limit
from reloc_lsp.evaluation.harness_process import last_output
from reloc_lsp.evaluation.tiers import ColdTier, HarnessLauncher, Tier
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.search.verdict import Outcome, TestResult

MAX_CONFIRMATION_ONLY_SHARE = 0.2
"""Share of the covering tests that may be left to the confirmation. If more tests cannot show what a swap changes, the
warm tier is not used. Chosen by hand."""


@dataclass(frozen=True)
class TierChoice:
    """The chosen tier, the `reason`, and the results of the tests that evaluate candidates in it.

    `flaky` tests are left out. `confirmation_only` ones run only in the confirmation. `outside` ones fail for reasons
    outside the unit and are left out. If the tier is `selective`, passing tests that take too long are left to the
    confirmation too.
    """

    tier: Tier
    reason: str
    results: Mapping[int, TestResult]
    coverage: CoverageRun
    flaky: set[int] = field(default_factory=set)
    confirmation_only: set[int] = field(default_factory=set)
    outside: set[int] = field(default_factory=set)
    selective: bool = False


@dataclass(frozen=True)
class Comparison:
    """Runs of the unchanged unit side by side: `again` in the warm tier and `cold`.

    `differing` tests end otherwise in cold runs. `unreached` ones pass although the unit raises.
    """

    again: Mapping[int, TestResult]
    cold: CoverageRun
    unreached: set[int]
    differing: set[int]
    flaky: set[int]


class TierChooser:
    """Chooses a tier for the unit at `location`; `limit` is that of each test when it first ran."""

    def __init__(
        self, launcher: HarnessLauncher, location: UnitLocation, limit: Limit, permissions: Permissions
    ) -> None:
        self.launcher = launcher
        self.location = location
        self.limit = limit
        self.permissions = permissions
        self.runs = UnchangedRuns(location)
        self.confinement = ConfinementCheck(permissions, self.runs)

    async def choose(self, warm: Tier, coverage: CoverageRun, covering: Sequence[int]) -> TierChoice:
        """The warm tier if it is shown to agree with cold runs; else the fresh one; else cold runs.

        The tests in `covering` are those that should evaluate candidates.
        """
        comparison = None
        while comparison is None:  # each turn but the last one grants more
            comparison = await self._compare(warm, coverage, covering)
        plain = {**coverage.results, **comparison.again}
        flaky, differing, unreached = comparison.flaky, comparison.differing, comparison.unreached
        # Tests that pass whatever is swapped in cannot evaluate it; a few of them are left to the confirmation.
        confirmation_only = {n for n in differing if comparison.cold.results[n].outcome not in FAILING}
        confirmation_only |= {n for n in unreached if plain[n].outcome is Outcome.PASSED}
        if len(confirmation_only) > MAX_CONFIRMATION_ONLY_SHARE * len(covering):
            confirmation_only = set()
        # A failing test fails for other reasons if it passes when the unit raises, or fails in the same way whatever
        # the unit does; but only if another test shows the bug.
        outside = {n for n in unreached if plain[n].outcome in FAILING}
        failing = {n: plain[n] for n in covering if plain[n].outcome in FAILING and n not in outside | flaky}
        if len(failing) > 1:
            outside |= await failing_outside(warm, self.location, failing, self._limits(coverage, covering))
        if not any(plain[n].outcome in FAILING for n in covering if n not in outside | flaky):
            outside = set()
        doubts = {
            "importing the tests starts threads": warm.collected.threads > 1,
            "the unit runs at import": comparison.cold.at_import,
            f"{len(differing)} tests end otherwise in a cold run": not confirmation_only.issuperset(differing),
            "a body that raises does not turn every test red": not unreached <= confirmation_only | outside,
        }
        doubt = next((doubt for doubt, holds in doubts.items() if holds), None)
        if doubt is None:
            reason = "the swapped code is seen by every test, and warm and cold runs agree"
            results = {n: plain[n] for n in covering if n not in flaky | confirmation_only | outside}
            return TierChoice(warm, reason, results, coverage, flaky, confirmation_only, outside, selective=True)
        cold = comparison.cold
        results = {n: cold.results.get(n, plain[n]) for n in covering if n not in flaky}
        if cold.at_import:
            results |= await self.runs.failing_neighbors(self._cold_tier(warm), coverage, covering, self.limit)
        return await self.choose_without_swap(warm, doubt, results, coverage, flaky)

    async def _compare(self, warm: Tier, coverage: CoverageRun, covering: Sequence[int]) -> Comparison | None:
        """Run the tests in the warm tier and cold; `None` if the confinement interfered, so that more is granted."""
        limits = self._limits(coverage, covering)
        steady = _steady(coverage, covering)
        await self.confinement.confine(warm, coverage)
        cold_tier = self._cold_tier(warm)
        again, cold, unreached = await asyncio.gather(
            self.runs.plain(warm, steady, limits),
            self.runs.cold(cold_tier, steady, limits),
            self.runs.passing_when_raising(warm, covering, limits),
        )
        if await self.confinement.interferes(warm, coverage.results, again, limits):
            return None
        absent = {n for n in steady if n not in cold.results or not cold.begun}
        nothing_ran = len(absent) == len(steady)
        if absent and await self.confinement.grants_import(warm, all_tests=nothing_ran):
            return None
        if absent and nothing_ran:
            others = "pytest collects other tests there, or gives them other ids" if cold.begun else ""
            output = next(iter(cold.errors), "") or others or last_output(self.launcher.copy.log(cold_tier.name))
            raise EvaluationError(_not_again(self.location.unit.qualname, output or "it said nothing"))
        coverage.swallowed |= cold.swallowed
        plain = {**coverage.results, **again}
        flaky = absent | await self.runs.flaky(warm, coverage, again, limits)
        differing = {
            n for n in steady if n in cold.results and n not in flaky
            and cold.results[n].outcome is not plain[n].outcome
        }  # fmt: skip
        if differing:
            second = await self.runs.cold(cold_tier, sorted(differing), limits)
            flaky |= {n for n in differing if second.results[n].outcome is not cold.results[n].outcome}
            differing -= flaky
        confined = {n: cold.results[n] for n in sorted(differing)}
        if await self.confinement.interferes(cold_tier, plain, confined, limits):
            return None
        return Comparison(again, cold, unreached, differing, flaky)

    async def choose_cold(self, cold: Tier, coverage: CoverageRun, covering: Sequence[int]) -> TierChoice:
        """The cold tier, where nothing can be forked: plain cold runs show flaky tests and give true times."""
        limits = self._limits(coverage, covering)
        again = await self.runs.plain(cold, _steady(coverage, covering), limits)
        flaky = await self.runs.flaky(cold, coverage, again, limits)
        results = {n: again.get(n, coverage.results[n]) for n in covering if n not in flaky}
        if coverage.at_import:
            results |= await self.runs.failing_neighbors(cold, coverage, covering, self.limit)
        return TierChoice(cold, _why_cold(cold), results, coverage, flaky)

    async def choose_without_swap(
        self, first: Tier, doubt: str, results: Mapping[int, TestResult], coverage: CoverageRun, flaky: set[int]
    ) -> TierChoice:
        """The fresh tier if it agrees with `results`; else cold runs. Closes the tiers that are not chosen.

        `doubt` says why a swap cannot be used.
        """
        if not first.forks:
            return TierChoice(first, _why_cold(first), results, coverage, flaky)
        fresh = await first.fallback()
        steady = [n for n in results if results[n].outcome not in ENDED_BY_FORCE]
        limits = dict.fromkeys(steady, self.limit)
        free = await self.runs.plain(fresh, steady, limits, learner=coverage)
        await self.confinement.confine(fresh, coverage)
        seen = await self.runs.plain(fresh, steady, limits)
        if await self.confinement.interferes(fresh, free, seen, limits):
            await self.confinement.confine(fresh, coverage)
            seen = await self.runs.plain(fresh, steady, limits)
        if fresh is not first:
            await first.close()
        if fresh.forks_safely and all(n in seen and seen[n].outcome is results[n].outcome for n in steady):
            reason = f"fresh start: {doubt}"
            return TierChoice(fresh, reason, {**results, **seen}, coverage, flaky, selective=True)
        await fresh.close()
        reason = f"cold: {doubt}, and fresh starts disagree with cold ones"
        return TierChoice(self._cold_tier(first), reason, results, coverage, flaky)

    async def choose_for_processes(self, first: Tier, coverage: CoverageRun, tests: Sequence[int]) -> TierChoice:
        """The cold tier, because the `tests` run the unit in processes that they start. Closes the `first` tier."""
        await first.close()
        cold = ColdTier(self.launcher, self.location, first.collected)
        limits = dict.fromkeys(tests, self.limit)
        free = await self.runs.plain(cold, tests, limits)
        await self.confinement.confine(cold, coverage)
        seen = await self.runs.plain(cold, tests, limits)
        if await self.confinement.interferes(cold, free, seen, limits):
            await self.confinement.confine(cold, coverage)
            seen = free
        flaky = {n for n in tests if n not in seen or n not in free or seen[n].outcome is not free[n].outcome}
        results = {n: result for n, result in seen.items() if n not in flaky}
        return TierChoice(cold, "cold: the tests run the unit in other processes", results, coverage, flaky)

    def _cold_tier(self, first: Tier) -> ColdTier:
        return ColdTier(self.launcher, self.location, first.collected, grants=self.permissions.importing)

    def _limits(self, coverage: CoverageRun, covering: Sequence[int]) -> dict[int, Limit]:
        return {n: limit_of(coverage.results[n], self.limit.wall) for n in covering}


def _why_cold(tier: Tier) -> str:
    """Why nothing was forked."""
    threads = "importing the tests starts threads, which a fork does not have"
    return f"cold: {threads if tier.collected.threads > 1 else 'this system cannot fork'}"


def _steady(coverage: CoverageRun, tests: Sequence[int]) -> list[int]:
    """Tests that neither hang nor crash, so that they can be run again at will."""
    return [n for n in tests if coverage.results[n].outcome not in ENDED_BY_FORCE]


def _not_again(name: str, output: str) -> str:
    return (
        f"The tests of {name} run, but not once more in a new pytest process on a new copy, where a revision has to "
        f"prove itself: {cause(output).rstrip('.')}."
    )
