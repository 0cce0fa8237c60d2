"""One function whose changes `agreement.py` evaluates in every tier, and the diagnosis of disagreements."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from agreement_tally import COLD, FRESH, SEARCH, WARM, Disagreement, Tally
from cpu_time import harness_of, server_cpu
from speed import FAILING
from speed_mutants import Mutant

from reloc_lsp.evaluation.baseline.baseline import Baseline, BaselineBuilder
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.harness.protocol.records import Unfit
from reloc_lsp.evaluation.harness.protocol.values import Limit, RunRequest
from reloc_lsp.evaluation.reports import ChildReport
from reloc_lsp.evaluation.selection.test_file_discovery import pytest_layout, test_files
from reloc_lsp.evaluation.selection.test_selection import likely_groups
from reloc_lsp.evaluation.tiers import ColdTier, FreshTier, HarnessLauncher, Tier, WarmTier
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.search.verdict import Outcome, Verdict

ROUND = 32
"""Changes evaluated in one round, as in a search that has run for a while. Chosen by hand."""
SECONDS = 30.0
"""Time limit of a baseline, in seconds. Chosen by hand."""
MORE_TIME = 15.0
"""Factor of the timeouts when a disagreement is diagnosed. Chosen by hand."""
NOT_PASSED, NOT_RUN = "not passed", "not run"

Outcomes = dict[int, str]
"""How tests ended, by the test's number, up to the first one that hung."""
Run = Callable[[str, RunRequest], Awaitable[ChildReport]]
"""The method of a tier that runs tests."""


async def outcomes(run: Run, source: str, tests: Sequence[int], limits: Mapping[int, Limit]) -> Outcomes | None:
    """How each of `tests` ended with the unit's lines `source`; `None` if the tier cannot swap them in.

    If a test ends the child process, the remaining tests run in a new one. No test runs after one that hangs.
    """
    found: Outcomes = {}
    left = list(tests)
    while left:
        report = await run(source, RunRequest({n: limits[n] for n in left}))
        if report.last(Unfit) is not None:
            return None
        found |= {n: _as_text(result.outcome) for n, result in report.results.items()}
        if report.ended == "done":
            return dict.fromkeys(tests, NOT_PASSED) | found
        if not report.results:
            found[left[0]] = NOT_PASSED
        if any(result.outcome is Outcome.TIMEOUT for result in report.results.values()):
            return found
        left = [n for n in left if n not in found]
    return found


class Case:
    """One function with its baseline and every tier that can evaluate it. The caller closes it."""

    def __init__(self, launcher: HarnessLauncher, location: UnitLocation, baseline: Baseline, tally: Tally) -> None:
        self.launcher, self.location, self.baseline, self.tally = launcher, location, baseline, tally
        self.evaluator = PytestEvaluator.start(launcher, location, baseline)
        self.tests = list(baseline.tests)
        self.tiers: dict[str, Tier] = {baseline.tier.name: baseline.tier}
        self.tiers[COLD] = ColdTier(launcher, location, baseline.tier.collected, grants=baseline.grants)

    @classmethod
    async def start(cls, launcher: HarnessLauncher, location: UnitLocation, tally: Tally) -> Case:
        """Measure the baseline; raise `EvaluationError` if only the cold tier can evaluate this function."""
        user, qualname = launcher.copy.files, location.unit.qualname
        groups = likely_groups(user, test_files(user, pytest_layout(user)), location.name, qualname)
        baseline = await BaselineBuilder(launcher, location, SECONDS).measure(groups)
        tally.chosen[f"{baseline.tier.name}: {baseline.reason}"] += 1
        tally.grants[str(baseline.grants) or "nothing"] += 1
        if not baseline.tier.forks:
            raise EvaluationError(baseline.reason)
        case = cls(launcher, location, baseline, tally)
        if baseline.tier.batching():
            try:
                fresh = await baseline.tier.fallback()
            except BaseException:
                await case.close()
                raise
            case.tiers[FRESH] = fresh
            await fresh.set_confinement(baseline.grants)
        return case

    async def close(self) -> None:
        """End every process."""
        for tier in self.tiers.values():
            await tier.close()
        await self.evaluator.close()

    def limits(self, times: float = 1.0) -> dict[int, Limit]:
        """The baseline's timeouts, multiplied by `times`."""
        return {n: limit.grown(times) for n, limit in self.baseline.limits.items()}

    @contextmanager
    def charged(self, method: str, count: int = 1) -> Iterator[None]:
        """Add the CPU time of this process and of the method's server to the cost of `count` changes."""
        tier = self.tiers.get(WARM, self.tiers[FRESH]) if method == SEARCH else self.tiers[method]
        assert isinstance(tier, WarmTier | FreshTier)
        pid = harness_of(tier.client.process.process.pid)
        start = time.process_time() + server_cpu(pid)
        yield
        self.tally.cpu[method] += time.process_time() + server_cpu(pid) - start
        self.tally.count[method] += count

    async def forked_outcomes(self, method: str, source: str) -> Outcomes | None:
        """How the covering tests end in one of the tiers that fork."""
        with self.charged(method):
            return await outcomes(self.tiers[method].run, source, self.tests, self.limits())

    async def cold_outcomes(self, source: str) -> Outcomes:
        """How the covering tests end in a new process. The process reports its own CPU time."""
        cold = _CpuCounter(self.tiers[COLD].run)
        start = time.process_time()
        found = await outcomes(cold.run, source, self.tests, self.limits())
        # A process that dies after its last test does not report its CPU time.
        if cold.complete:
            self.tally.cpu[COLD] += time.process_time() - start + cold.cpu
            self.tally.count[COLD] += 1
        assert found is not None
        return found

    async def search(self, chosen: Sequence[Mutant]) -> list[Verdict]:
        """Verdicts as a search receives them."""
        with self.charged(SEARCH, len(chosen)):
            return await self._evaluate_in_rounds(self.evaluator, chosen)

    async def _evaluate_in_rounds(self, evaluator: PytestEvaluator, chosen: Sequence[Mutant]) -> list[Verdict]:
        found: list[Verdict] = []
        for start in range(0, len(chosen), ROUND):
            part = [mutant.candidate for mutant in chosen[start : start + ROUND]]
            found += await evaluator.evaluate(part, self.must_exceed)
        return found

    @property
    def must_exceed(self) -> int:
        """The number of passing tests that a change must exceed: one fewer than the unchanged unit passes."""
        return self.evaluator.unchanged.passed - 1

    async def compare(self, chosen: Sequence[Mutant], mutant: Mutant, cold: bool, verdict: Verdict) -> None:
        """Evaluate one of the `chosen` in every tier, and compare the outcomes of all tests.

        `verdict` is the one of the search, which evaluated all of the `chosen`.
        """
        by_tier = await self._outcomes_by_tier(mutant.candidate.source, cold)
        complete = all(len(one) == len(self.tests) for one in by_tier.values())
        self.tally.changes += 1
        self.tally.compared.update(list(by_tier))
        self.tally.hanging += not complete
        self.tally.refused += NOT_PASSED in by_tier[FRESH].values()
        common = [n for n in self.tests if all(n in one for one in by_tier.values())]
        self.tally.outcomes += len(common) * len(by_tier)
        differing = [n for n in common if len({one[n] for one in by_tier.values()}) > 1]
        if not differing and len({NOT_PASSED in one.values() for one in by_tier.values()}) > 1:
            differing = [next(n for one in by_tier.values() for n, ended in one.items() if ended == NOT_PASSED)]
        for test in differing:
            shown = {name: one.get(test, NOT_RUN) for name, one in by_tier.items()}
            cause = await self.diagnose(mutant.candidate.source, test, list(by_tier))
            self._note(mutant, self.baseline.tier.tests[test], shown, cause)
        if complete and not differing:
            await self._compare_decision(chosen, mutant, by_tier[FRESH], verdict)

    async def _outcomes_by_tier(self, source: str, cold: bool) -> dict[str, Outcomes]:
        """How the tests end, by tier; without the warm tier if it cannot swap in the change."""
        found: dict[str, Outcomes | None] = {}
        if WARM in self.tiers:
            found[WARM] = await self.forked_outcomes(WARM, source) if self.location.is_swappable(source) else None
            self.tally.unfit += found[WARM] is None
        found[FRESH] = await self.forked_outcomes(FRESH, source)
        if cold:
            found[COLD] = await self.cold_outcomes(source)
        return {name: one for name, one in found.items() if one is not None}

    async def _compare_decision(
        self, chosen: Sequence[Mutant], mutant: Mutant, fresh: Outcomes, verdict: Verdict
    ) -> None:
        """Note a disagreement if the search decides otherwise than all outcomes together."""
        right, found = self._would_accept(fresh), self._accepts(verdict)
        if right == found:
            return
        alone = {self._accepts((await self._evaluate_in_rounds(self.evaluator, [mutant]))[0]) for _ in range(3)}
        repeated = [
            await outcomes(self.tiers[FRESH].run, mutant.candidate.source, self.tests, self.limits()) for _ in range(3)
        ]
        names = {True: "accepted", False: "refused"}
        shown = {SEARCH: names[found], "all outcomes": names[right]}
        if any(one != fresh for one in repeated) or len(alone) > 1:
            cause = "flaky: it differs from run to run"
        elif alone == {found}:
            cause = "the evaluator"
        else:
            cause = await self._diagnose_batch(chosen, mutant, found)
        self._note(mutant, "(the decision)", shown, cause)

    async def _diagnose_batch(self, chosen: Sequence[Mutant], mutant: Mutant, found: bool) -> str:
        """Why the verdict on a change differs between alone and among the `chosen`: evaluate the same batches again."""
        fitting = [one for one in chosen if self.location.is_swappable(one.candidate.source)]
        again = []
        for _ in range(2):
            verdicts = await self._evaluate_in_rounds(
                PytestEvaluator.start(self.launcher, self.location, self.baseline), fitting
            )
            again += [self._accepts(v) for one, v in zip(fitting, verdicts, strict=True) if one is mutant]
        return (
            "state that other changes leave behind in a fork" if found in again else "flaky: it differs from run to run"
        )

    def _accepts(self, verdict: Verdict) -> bool:
        """Whether a search accepts a change with this verdict."""
        return verdict.complete and verdict.passed > self.must_exceed

    def _would_accept(self, found: Outcomes) -> bool:
        """Whether a search accepts a change with these outcomes of all tests."""
        return sum(ended == Outcome.PASSED for ended in found.values()) > self.must_exceed

    def _note(self, mutant: Mutant, test: str, shown: Mapping[str, str], cause: str) -> None:
        name = f"{self.location.name}::{self.location.unit.qualname}"
        self.tally.disagreements.append(Disagreement(name, mutant.number, test, shown, cause))

    async def diagnose(self, source: str, test: int, names: Sequence[str]) -> str:
        """Why tiers disagree on the outcome of a test."""

        async def run_again(tests: Sequence[int], times: float) -> dict[str, str]:
            found = {}
            for name in names:
                by_test = await outcomes(self.tiers[name].run, source, tests, self.limits(times))
                found[name] = (by_test or {}).get(test, NOT_RUN)
            return found

        plain = [await run_again(self.tests, 1.0) for _ in range(3)]
        unsteady = [name for name in names if len({one[name] for one in plain}) > 1]
        if not unsteady and len(set(plain[0].values())) == 1:
            return "flaky: it does not occur again"
        longer = await run_again(self.tests, MORE_TIME)
        if unsteady and len(set(longer.values())) == 1 and NOT_RUN not in longer.values():
            return f"flaky in {', '.join(unsteady)} within the timeout"
        if unsteady:
            return f"flaky in {', '.join(unsteady)}"
        if len(set(longer.values())) == 1:
            return "timeout"
        if len(set((await run_again(sorted(self.tests), MORE_TIME)).values())) == 1:
            return "order of the tests"
        alone = await run_again([test], MORE_TIME)
        return "state that earlier tests leave behind" if len(set(alone.values())) == 1 else f"the tier; alone: {alone}"


class _CpuCounter:
    """Runs tests and adds up their CPU time; `complete` is false if a run did not report it."""

    def __init__(self, plain: Run) -> None:
        self.plain, self.cpu, self.complete = plain, 0.0, True

    async def run(self, source: str, request: RunRequest) -> ChildReport:
        """Run the tests unchanged, and count."""
        report = await self.plain(source, request)
        self.cpu += report.cpu
        self.complete = self.complete and report.ended == "done"
        return report


def _as_text(outcome: Outcome) -> str:
    return NOT_PASSED if outcome in FAILING else outcome.value
