"""Which tests can judge the unit from outside: those that end alike with the unchanged unit in a subject process."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reloc_lsp.evaluation.evaluation_context import EvaluationContext
from reloc_lsp.evaluation.harness.protocol.records import OutsideReport
from reloc_lsp.evaluation.harness.protocol.values import RunRequest
from reloc_lsp.evaluation.reports import ChildReport
from reloc_lsp.evaluation.tiers.outside_tier import OutsideTier
from reloc_lsp.search.verdict import Failure, Outcome, TestResult

NOT_SUPPORTED = "processes cannot be joined on this system"
ENDS_OTHERWISE = "with the unchanged function it ends otherwise there"


@dataclass(frozen=True)
class Calibration:
    """What a run of the unchanged unit in a subject process showed.

    `inside` has, for each test that can only judge from inside, the reason. `changed` are the names of the parameters
    and module variables whose values the unit changes. `results` are the results of the run.
    """

    inside: Mapping[int, str]
    changed: frozenset[str] = frozenset()
    results: Mapping[int, TestResult] = field(default_factory=dict)


class OutsideJudging:
    """Judges untrusted code from outside. The unchanged unit is run once, when the first such code is judged."""

    def __init__(self, context: EvaluationContext) -> None:
        self.context = context
        self._calibrating = asyncio.Lock()
        self._calibration: Calibration | None = None
        self._tier = OutsideTier(
            context.launcher, context.location, context.baseline.tier.collected, grants=context.baseline.importing,
            backwards=True, seed=1 + secrets.randbelow(2**32 - 1), more_recursion=True,
        )  # fmt: skip

    @property
    def inside(self) -> Mapping[int, str]:
        """The tests that can only judge from inside, each with the reason; empty before the calibration."""
        return self._calibration.inside if self._calibration else {}

    async def calibration(self, request: RunRequest) -> Calibration:
        """Which tests can judge from outside, and what the unit may change."""
        async with self._calibrating:
            if self._calibration is None:
                self._calibration = await self._calibrated(request)
        return self._calibration

    async def run(self, source: str, request: RunRequest, *, backwards: bool = True) -> ChildReport:
        """Run the tests with the unit `source` in a subject process, while the calibration runs.

        All tests fail if the code changes arguments, variables or surroundings besides returning something, and the
        unchanged unit does not do that: a test must not compare what was returned with what was made equal to it, in
        this call or in one before.
        """
        report, calibration = await asyncio.gather(
            replace(self._tier, backwards=backwards).run(source, request), self.calibration(request)
        )
        changed = {name for record in report.all(OutsideReport) for name in record.changed} - calibration.changed
        return replace(report, results=dict.fromkeys(report.results, _refused(changed))) if changed else report

    async def _calibrated(self, request: RunRequest) -> Calibration:
        tests = list(request.limits)
        if not self._tier.is_supported():
            return Calibration(dict.fromkeys(tests, NOT_SUPPORTED))
        report = await self._tier.run(self.context.location.source, request)
        faults = {record.test: record.fault for record in report.all(OutsideReport) if record.fault}
        changed = frozenset(name for record in report.all(OutsideReport) for name in record.changed)
        inside = {n: faults.get(n, ENDS_OTHERWISE) for n in tests if n in faults or not self._ends_alike(n, report)}
        return Calibration(inside, changed, report.results)

    def _ends_alike(self, test: int, report: ChildReport) -> bool:
        before = self.context.baseline.results.get(test, TestResult(Outcome.PASSED))
        after = report.results.get(test)
        if after is None or after.outcome is not before.outcome:
            return False
        kinds = {result.failure.kind if result.failure else "" for result in (before, after)}
        return len(kinds) == 1


def _refused(names: set[str]) -> TestResult:
    message = f"the revision changes {', '.join(sorted(names))}, which the unchanged function does not"
    return TestResult(Outcome.FAILED, failure=Failure("Untrue", message))
