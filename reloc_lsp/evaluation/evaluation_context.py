"""What every part of the evaluation works on: the unit, its baseline, and what starts processes to run its tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reloc_lsp.evaluation.baseline.baseline import Baseline
from reloc_lsp.evaluation.harness.protocol.values import Limit
from reloc_lsp.evaluation.tiers import HarnessLauncher
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.search.verdict import Outcome, TestResult, Verdict


@dataclass(frozen=True)
class EvaluationContext:
    """A unit at its `location`, and the `baseline` that its unchanged version was measured by."""

    launcher: HarnessLauncher
    location: UnitLocation
    baseline: Baseline

    @property
    def tests(self) -> Sequence[int]:
        """The numbers of the tests that evaluate candidates, in the baseline's order."""
        return self.baseline.tests

    def limits(self, tests: Iterable[int]) -> dict[int, Limit]:
        """The limit of each of `tests`."""
        return {n: self.baseline.limits[n] for n in tests}

    def verdict(self, results: Mapping[int, TestResult], order: Iterable[int]) -> Verdict:
        """Results by test number as a verdict on the tests in `order`; those without a result were not run."""
        names = self.baseline.tier.tests
        return Verdict({names[n]: results.get(n, TestResult(Outcome.NOT_RUN)) for n in order})
