"""The evaluator behind the search: candidates in, verdicts out, by the tier that the baseline chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reloc_lsp.evaluation.admission import Admission
from reloc_lsp.evaluation.baseline.baseline import Baseline
from reloc_lsp.evaluation.baseline.test_prioritization import outcome_group
from reloc_lsp.evaluation.candidate_runner import CandidateRunner, ServerLostError
from reloc_lsp.evaluation.candidate_scheduler import CandidateScheduler
from reloc_lsp.evaluation.confirmation import Confirmation
from reloc_lsp.evaluation.evaluation_context import EvaluationContext
from reloc_lsp.evaluation.harness.protocol.values import Region
from reloc_lsp.evaluation.probes import differential_runs
from reloc_lsp.evaluation.probes.unrun_regions import unrun_regions
from reloc_lsp.evaluation.probes.value_probe import HarnessValueProbe, probe_limits
from reloc_lsp.evaluation.sandbox import Level
from reloc_lsp.evaluation.tiers import HarnessLauncher
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.search.candidate import Candidate
from reloc_lsp.search.interfaces.runtime_values import ProgramPoint, RuntimeValues
from reloc_lsp.search.patches.differential_testing import Observations
from reloc_lsp.search.verdict import Failure, Outcome, TestResult, Verdict

MAX_PROBED_TESTS = 40
"""Tests at the most that run while values are probed. Chosen by hand."""
SHORTEST_TIME = 1e-9
"""CPU seconds that a measurement shows at least, where a clock of the system ticks slowly."""


class PytestEvaluator:
    """Evaluates candidates of one unit. Test ids are pytest node ids."""

    def __init__(self, context: EvaluationContext, admission: Admission, *, refuses_inside: bool = False) -> None:
        self.context = context
        self.admission = admission
        self.runner = CandidateRunner(context)
        self.scheduler = CandidateScheduler(context, self.runner)
        self.confirmation = Confirmation(context, self.runner, refuses_inside=refuses_inside)
        self._failures = dict.fromkeys(context.tests, 0)

    @classmethod
    def start(
        cls,
        launcher: HarnessLauncher,
        location: UnitLocation,
        baseline: Baseline,
        admission: Admission | None = None,
        *,
        refuses_inside: bool = False,
    ) -> PytestEvaluator:
        """An evaluator for the scratch copy of the `launcher`, in which candidates run from now on.

        So processes that start later keep no bytecode of the copy. The caller closes the evaluator. Without an
        `admission` the safety lint decides which candidates run. For `refuses_inside` see `Confirmation`.
        """
        launcher.copy.stop_keeping_bytecode()
        admission = admission or Admission.for_unit(location, launcher.copy.files)
        return cls(EvaluationContext(launcher, location, baseline), admission, refuses_inside=refuses_inside)

    @property
    def launcher(self) -> HarnessLauncher:
        """What starts processes in the scratch copy."""
        return self.context.launcher

    @property
    def location(self) -> UnitLocation:
        """Where the unit is."""
        return self.context.location

    @property
    def baseline(self) -> Baseline:
        """What was measured on the unchanged unit."""
        return self.context.baseline

    @property
    def unchanged(self) -> Verdict:
        """The verdict on the unchanged unit."""
        return self.context.verdict(self.baseline.results, self.baseline.tests)

    @property
    def sandbox(self) -> Level:
        """The sandbox that candidates run in, after what was granted."""
        sandbox = self.launcher.sandbox
        return replace(sandbox, confinement=sandbox.confinement and not self.baseline.importing.everything).level

    @property
    def cpu(self) -> float:
        """CPU seconds that candidates took so far."""
        return self.runner.cpu + self.scheduler.cpu

    async def evaluate(self, candidates: Sequence[Candidate], must_exceed: int) -> Sequence[Verdict]:
        """Verdicts in the order of `candidates`, as many at a time as there are workers.

        A run stops early once it is certain that the candidate passes no more than `must_exceed` tests. Code that is
        not trusted is refused without a run if the safety lint finds violations.
        """
        results = self.baseline.results
        order = sorted(self.context.tests, key=lambda n: (outcome_group(results[n]), -self._failures[n]))
        refused = {n: await self.admission.refusal(candidate) for n, candidate in enumerate(candidates)}
        accepted = [n for n in range(len(candidates)) if not refused.get(n)]
        sources = [candidates[n].source for n in accepted]
        found = await self.scheduler.evaluate(sources, order, len(order) - must_exceed - 1)
        verdicts = {n: self.context.verdict(result, order) for n, result in zip(accepted, found, strict=True)}
        for verdict in verdicts.values():
            for number, result in zip(order, verdict.results.values(), strict=False):
                self._failures[number] += result.outcome not in (Outcome.PASSED, Outcome.NOT_RUN)
        for n in refused.keys() - verdicts.keys():
            failed = TestResult(Outcome.FAILED, failure=Failure("Refused", f"not run: {refused[n]}.", trusted=True))
            verdicts[n] = self.context.verdict(dict.fromkeys(order, failed), order)
        return [verdicts[n] for n in range(len(candidates))]

    async def confirm(self, source: str, trusted: bool = False) -> Verdict:
        """The verdict of cold runs of all selected tests, on which a proposal rests; see `Confirmation`."""
        return await self.confirmation.confirm(source, trusted)

    @property
    def judged_inside(self) -> Mapping[str, str]:
        """The tests that can judge untrusted code only from inside, each with the reason.

        They are known once such code was confirmed.
        """
        names = self.baseline.tier.tests
        return {names[n]: reason for n, reason in self.confirmation.outside.inside.items()}

    async def cpu_times(self, sources: Sequence[str]) -> list[float] | None:
        """CPU seconds of all tests together with each version, run one after the other; `None` if one fails."""
        tier = await self.runner.tier_for(sources)
        tests = self.context.tests
        times = []
        for source in sources:
            try:
                results = await self.runner.run(tier, source, self.context.limits(tests), 0)
            except ServerLostError:
                return None
            if any(n not in results or results[n].outcome is not Outcome.PASSED for n in tests):
                return None
            times.append(max(sum(result.seconds for result in results.values()), SHORTEST_TIME))
        return times

    async def values(
        self, source: str, entry: int, lines: tuple[int, int], points: Sequence[ProgramPoint]
    ) -> RuntimeValues:
        """Evaluate expressions at points of the unit while its tests run: failing ones, and some that pass."""
        tests = list(self.context.tests)[:MAX_PROBED_TESTS]
        limits = probe_limits(self.context.limits(tests))
        return await HarnessValueProbe(self.baseline.tier, source, limits, lines, entry).values(points)

    async def observe(self, sources: Sequence[str]) -> Sequence[Observations]:
        """What versions of the unit do with inputs that no test uses; nothing where that cannot be shown."""
        return await differential_runs.observe(self.context, self.runner, sources)

    async def unrun_regions(self, source: str) -> tuple[Region, ...] | None:
        """The parts of a version that no test runs, outermost first; `None` if that is not known."""
        return await unrun_regions(self.context, self.runner, source)

    def cancel(self) -> None:
        """End the runs now in progress, whose verdicts nobody waits for."""
        self.runner.cancel()

    async def close(self) -> None:
        """End every process."""
        await self.runner.close()
