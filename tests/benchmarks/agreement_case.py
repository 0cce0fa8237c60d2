"""One function whose changes `agreement.py` has judged by every tier, and the look into what they disagree on."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from agreement_tally import COLD, FRESH, SEARCH, WARM, Disagreement, Tally
from speed import FAILING, Mutant
from usage import harness_of, server_cpu

from reloc_lsp.evaluation.baseline.baseline import Baseline, BaselineBuilder
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.harness.protocol.messages import Unfit
from reloc_lsp.evaluation.harness.protocol.values import Limit, RunRequest
from reloc_lsp.evaluation.reports import ChildReport
from reloc_lsp.evaluation.selection.test_file_discovery import pytest_layout, test_files
from reloc_lsp.evaluation.selection.test_selection import likely_groups
from reloc_lsp.evaluation.tiers import ColdTier, FreshTier, HarnessLauncher, Tier, WarmTier
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.search.verdict import Outcome, Verdict

ROUND = 32  # changes judged at once, as in a search that has gone on for a while
SECONDS = 30.0  # for a baseline
MORE_TIME = 15.0
NOT_PASSED, NOT_RUN = "not passed", "not run"

Said = dict[int, str]
"""How tests ended, by number, up to one that hung."""
Run = Callable[[str, RunRequest], Awaitable[ChildReport]]
"""A tier's way to run tests."""


async def outcomes(run: Run, source: str, tests: Sequence[int], limits: Mapping[int, Limit]) -> Said | None:
    """How each of `tests` ended with the unit's lines `source`; `None` where a swap cannot show them.

    After a test that ended the child the others run in a new one; a test that hangs is the last.
    """
    said: Said = {}
    left = list(tests)
    while left:
        report = await run(source, RunRequest({n: limits[n] for n in left}))
        if report.last(Unfit) is not None:
            return None
        said |= {n: _in_words(result.outcome) for n, result in report.results.items()}
        if report.ended == "done":
            return dict.fromkeys(tests, NOT_PASSED) | said
        if not report.results:
            said[left[0]] = NOT_PASSED
        if any(result.outcome is Outcome.TIMEOUT for result in report.results.values()):
            return said
        left = [n for n in left if n not in said]
    return said


class Case:
    """One function, with a baseline and every tier that may judge it. The caller closes it."""

    def __init__(self, launcher: HarnessLauncher, location: UnitLocation, baseline: Baseline, tally: Tally) -> None:
        self.launcher, self.location, self.baseline, self.tally = launcher, location, baseline, tally
        self.judge = PytestEvaluator.start(launcher, location, baseline)
        self.tests = list(baseline.tests)
        self.tiers: dict[str, Tier] = {baseline.tier.name: baseline.tier}
        self.tiers[COLD] = ColdTier(launcher, location, baseline.tier.collected, grants=baseline.grants)

    @classmethod
    async def start(cls, launcher: HarnessLauncher, location: UnitLocation, tally: Tally) -> Case:
        """Take the baseline; raises `EvaluationError` where no tier but the cold one can judge this function."""
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
        await self.judge.close()

    def limits(self, times: float = 1.0) -> dict[int, Limit]:
        """The baseline's limits, grown."""
        return {n: limit.grown(times) for n, limit in self.baseline.limits.items()}

    @contextmanager
    def charged(self, method: str, count: int = 1) -> Iterator[None]:
        """Charge the CPU time that we and the method's server use meanwhile to `count` changes."""
        tier = self.tiers.get(WARM, self.tiers[FRESH]) if method == SEARCH else self.tiers[method]
        assert isinstance(tier, WarmTier | FreshTier)
        pid = harness_of(tier.client.process.process.pid)
        start = time.process_time() + server_cpu(pid)
        yield
        self.tally.cpu[method] += time.process_time() + server_cpu(pid) - start
        self.tally.count[method] += count

    async def said(self, method: str, source: str) -> Said | None:
        """How the covering tests end by one of the forked tiers."""
        with self.charged(method):
            return await outcomes(self.tiers[method].run, source, self.tests, self.limits())

    async def said_cold(self, source: str) -> Said:
        """How the covering tests end in a new process, whose own account is its price."""
        cold = _Counting(self.tiers[COLD].run)
        start = time.process_time()
        said = await outcomes(cold.run, source, self.tests, self.limits())
        # A process that dies after its last test has not told its price.
        if cold.told:
            self.tally.cpu[COLD] += time.process_time() - start + cold.cpu
            self.tally.count[COLD] += 1
        assert said is not None
        return said

    async def search(self, chosen: Sequence[Mutant]) -> list[Verdict]:
        """Verdicts as a search gets them."""
        with self.charged(SEARCH, len(chosen)):
            return await self._searched(self.judge, chosen)

    async def _searched(self, judge: PytestEvaluator, chosen: Sequence[Mutant]) -> list[Verdict]:
        found: list[Verdict] = []
        for start in range(0, len(chosen), ROUND):
            part = [mutant.candidate for mutant in chosen[start : start + ROUND]]
            found += await judge.evaluate(part, self.must_exceed)
        return found

    @property
    def must_exceed(self) -> int:
        """So many tests pass, one fewer than with the unchanged unit."""
        return self.judge.unchanged.passed - 1

    async def compare(self, chosen: Sequence[Mutant], mutant: Mutant, cold: bool, verdict: Verdict) -> None:
        """Judge one of the `chosen` in every tier, and hold the outcomes of all tests against each other.

        `verdict` is that of the search, which judged all of them.
        """
        said = await self._said_by_all(mutant.candidate.source, cold)
        complete = all(len(one) == len(self.tests) for one in said.values())
        self.tally.changes += 1
        self.tally.compared.update(list(said))
        self.tally.hanging += not complete
        self.tally.refused += NOT_PASSED in said[FRESH].values()
        common = [n for n in self.tests if all(n in one for one in said.values())]
        self.tally.outcomes += len(common) * len(said)
        differing = [n for n in common if len({one[n] for one in said.values()}) > 1]
        if not differing and len({NOT_PASSED in one.values() for one in said.values()}) > 1:
            differing = [next(n for one in said.values() for n, ended in one.items() if ended == NOT_PASSED)]
        for test in differing:
            told = {name: one.get(test, NOT_RUN) for name, one in said.items()}
            cause = await self.look_into(mutant.candidate.source, test, list(said))
            self._note(mutant, self.baseline.tier.tests[test], told, cause)
        if complete and not differing:
            await self._compare_decision(chosen, mutant, said[FRESH], verdict)

    async def _said_by_all(self, source: str, cold: bool) -> dict[str, Said]:
        """How the tests end by tier; without the warm one where a swap cannot show the change."""
        found: dict[str, Said | None] = {}
        if WARM in self.tiers:
            found[WARM] = await self.said(WARM, source) if self.location.is_swappable(source) else None
            self.tally.unfit += found[WARM] is None
        found[FRESH] = await self.said(FRESH, source)
        if cold:
            found[COLD] = await self.said_cold(source)
        return {name: said for name, said in found.items() if said is not None}

    async def _compare_decision(self, chosen: Sequence[Mutant], mutant: Mutant, said: Said, verdict: Verdict) -> None:
        """Whether a search decides as the whole of the outcomes does."""
        right, found = self._beats(said), self._takes(verdict)
        if right == found:
            return
        alone = {self._takes((await self._searched(self.judge, [mutant]))[0]) for _ in range(3)}
        outcome = [
            await outcomes(self.tiers[FRESH].run, mutant.candidate.source, self.tests, self.limits()) for _ in range(3)
        ]
        words = {True: "accepted", False: "refused"}
        told = {SEARCH: words[found], "all outcomes": words[right]}
        if any(one != said for one in outcome) or len(alone) > 1:
            cause = "flaky, as it is not so each time"
        elif alone == {found}:
            cause = "the judge"
        else:
            cause = await self._look_into_batch(chosen, mutant, found)
        self._note(mutant, "(the decision)", told, cause)

    async def _look_into_batch(self, chosen: Sequence[Mutant], mutant: Mutant, found: bool) -> str:
        """Why a change is judged otherwise among the `chosen` than alone: see whether it is so in the same batches."""
        fitting = [one for one in chosen if self.location.is_swappable(one.candidate.source)]
        again = []
        for _ in range(2):
            verdicts = await self._searched(PytestEvaluator.start(self.launcher, self.location, self.baseline), fitting)
            again += [self._takes(v) for one, v in zip(fitting, verdicts, strict=True) if one is mutant]
        return "what other changes leave behind in a fork" if found in again else "flaky, as it is not so each time"

    def _takes(self, verdict: Verdict) -> bool:
        """Whether a search takes a change with this verdict."""
        return verdict.complete and verdict.passed > self.must_exceed

    def _beats(self, said: Said) -> bool:
        """Whether a search takes a change whose tests end so."""
        return sum(ended == Outcome.PASSED for ended in said.values()) > self.must_exceed

    def _note(self, mutant: Mutant, test: str, said: Mapping[str, str], cause: str) -> None:
        name = f"{self.location.name}::{self.location.unit.qualname}"
        self.tally.disagreements.append(Disagreement(name, mutant.number, test, said, cause))

    async def look_into(self, source: str, test: int, names: Sequence[str]) -> str:
        """Why tiers disagree on how a test ends."""

        async def ask(tests: Sequence[int], times: float) -> dict[str, str]:
            found = {}
            for name in names:
                said = await outcomes(self.tiers[name].run, source, tests, self.limits(times))
                found[name] = (said or {}).get(test, NOT_RUN)
            return found

        plain = [await ask(self.tests, 1.0) for _ in range(3)]
        unsteady = [name for name in names if len({one[name] for one in plain}) > 1]
        if not unsteady and len(set(plain[0].values())) == 1:
            return "flaky, as it is not seen again"
        longer = await ask(self.tests, MORE_TIME)
        if unsteady and len(set(longer.values())) == 1 and NOT_RUN not in longer.values():
            return f"flaky in {', '.join(unsteady)} within the time limit"
        if unsteady:
            return f"flaky in {', '.join(unsteady)}"
        if len(set(longer.values())) == 1:
            return "time limit"
        if len(set((await ask(sorted(self.tests), MORE_TIME)).values())) == 1:
            return "order of the tests"
        alone = await ask([test], MORE_TIME)
        return "what earlier tests leave behind" if len(set(alone.values())) == 1 else f"the tier; alone: {alone}"


class _Counting:
    """Runs whose CPU time is added up."""

    def __init__(self, plain: Run) -> None:
        self.plain, self.cpu, self.told = plain, 0.0, True

    async def run(self, source: str, request: RunRequest) -> ChildReport:
        """Run as it is done without us."""
        report = await self.plain(source, request)
        self.cpu += report.cpu
        self.told = self.told and report.ended == "done"
        return report


def _in_words(outcome: Outcome) -> str:
    return NOT_PASSED if outcome in FAILING else outcome.value
