"""Runs of the unchanged unit after it was covered once: plain, cold, and with a body that raises."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

from reloc_lsp.evaluation.baseline.coverage_run import CoverageRun
from reloc_lsp.evaluation.harness.protocol.values import Limit, ProbeRequest, RunRequest
from reloc_lsp.evaluation.tiers import Tier
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.search.verdict import Outcome, TestResult

MORE_TIME = 3.0
"""Multiplier of limits for the unchanged unit: a busy machine should not make a test hang here. Chosen by hand."""


class UnchangedRuns:
    """Runs tests on the unchanged unit; goes on in a new process after a test that ended one.

    `cold_seconds` are the wall-clock seconds of the longest cold run so far.
    """

    def __init__(self, location: UnitLocation) -> None:
        self.location = location
        self.cold_seconds = 0.0

    async def plain(
        self, tier: Tier, tests: Iterable[int], limits: Mapping[int, Limit], *, learner: CoverageRun | None = None
    ) -> dict[int, TestResult]:
        """A run without probes: it gives true times, and shows tests that are flaky.

        With a `learner` the run is not confined, and the learner takes in the permissions that the tests require.
        """
        results: dict[int, TestResult] = {}
        left = {n: limits[n].grown(MORE_TIME) for n in tests}
        while left:
            report = await tier.run(self.location.source, RunRequest(left, learn=learner is not None))
            if learner:
                learner.permissions |= report.permissions
            results |= report.results
            if report.ended == "done" or not report.results:
                break
            left = {n: limit for n, limit in left.items() if n not in report.results}
        return results

    async def cold(self, tier: Tier, tests: Iterable[int], limits: Mapping[int, Limit]) -> CoverageRun:
        """A run with probes in a cold tier: the reference for outcomes, which also shows what runs at import."""
        coverage, probe = CoverageRun(), ProbeRequest(self.location.line_range(), self.location.first_statement_line)
        left = {n: limits[n].grown(MORE_TIME) for n in tests}
        began = time.monotonic()
        while left:
            report = await tier.run(self.location.source, RunRequest(left, probe=probe))
            coverage.add(report)
            if report.ended == "done" or not report.results:
                break
            left = {n: limit for n, limit in left.items() if n not in report.results}
        self.cold_seconds = max(self.cold_seconds, time.monotonic() - began)
        return coverage

    async def in_other_processes(self, tier: Tier, tests: Iterable[int], limits: Mapping[int, Limit]) -> CoverageRun:
        """A run in a cold tier that shows which tests reach the unit in a process that they start."""
        coverage = CoverageRun()
        request = RunRequest(
            {n: limits[n].grown(MORE_TIME) for n in tests}, marked_line=self.location.first_statement_line
        )
        coverage.add(await tier.run(self.location.marked(), request))
        return coverage

    async def passing_when_raising(self, tier: Tier, tests: Sequence[int], limits: Mapping[int, Limit]) -> set[int]:
        """The tests that pass though the unit raises: nothing shows that the swapped code reaches them."""
        passing: set[int] = set()
        left = list(tests)
        while left:
            report = await tier.run(self.location.canary(), RunRequest({n: limits[n] for n in left}))
            passing |= {n for n, result in report.results.items() if result.outcome is Outcome.PASSED}
            if report.ended == "done" or not report.results:
                return passing | (set(left) - set(report.results))
            left = left[len(report.results) :]
        return passing

    async def flaky(
        self, tier: Tier, coverage: CoverageRun, again: Mapping[int, TestResult], limits: Mapping[int, Limit]
    ) -> set[int]:
        """Tests that end otherwise in each of three runs.

        A test that only the probes disturb is not flaky: two plain runs agree on it.
        """
        unsure = [n for n in again if again[n].outcome is not coverage.results[n].outcome]
        third = await self.plain(tier, unsure, limits)
        return {n for n in unsure if n not in third or third[n].outcome is not again[n].outcome}

    async def failing_neighbors(
        self, tier: Tier, coverage: CoverageRun, covering: Sequence[int], limit: Limit
    ) -> dict[int, TestResult]:
        """Failing tests that do not call the unit, in files with tests that do: they may see what it made at import.

        `tier` is a cold one.
        """
        files = {tier.collected.files[n] for n in covering}
        neighbors = [
            n for n, result in coverage.results.items()
            if n not in covering and result.outcome is Outcome.FAILED and tier.collected.files[n] in files
        ]  # fmt: skip
        cold = await self.cold(tier, neighbors, dict.fromkeys(neighbors, limit))
        return {n: result for n, result in cold.results.items() if result.outcome is Outcome.FAILED}
