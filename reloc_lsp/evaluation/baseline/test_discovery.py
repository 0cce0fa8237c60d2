"""Finds the covering tests of the unchanged unit: collects test files, the likeliest first, and runs their tests."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from reloc_lsp.evaluation.baseline.coverage_run import FAILING, CoverageRun, Unseen
from reloc_lsp.evaluation.baseline.hang_limits import HangLimits
from reloc_lsp.evaluation.baseline.test_prioritization import by_name
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.harness.protocol.values import CollectionBudget, Limit, ProbeRequest, RunRequest
from reloc_lsp.evaluation.tiers import HarnessLauncher, Tier, first_tier
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.search.verdict import Outcome

COLLECTING_SHARE = 1 / 3
"""Share of the time that collecting may take. Files that are left then are collected later, if at all."""
QUIET_SHARE = 1 / 7
"""Share of the time after which a run ends if no more tests cover the unit, once some do and fail.

Both were measured on 83 units of real projects with 20 seconds each: 154 seconds instead of 235 in all, and 73 of
6,147 covering tests missed.
"""
TEST_SHARE, MIN_TEST_SECONDS, MAX_TEST_SECONDS = 0.12, 2.0, 10.0
"""CPU seconds for one test: this share of the time, but at least and at most so much. Chosen by hand."""
WALL_FACTOR = 1.2
"""Wall-clock seconds for one test, as a multiple of its CPU seconds. Chosen by hand."""
LONGER_SECONDS = 2.0
"""Seconds that are added when the time is up and no test has failed yet. Chosen by hand."""
MAX_RESTARTS = 3
"""How often a mounted workspace is collected again because folders became writable. Chosen by hand."""
MIN_PARALLEL_TESTS = 40
"""With more tests than this, they are divided among the workers. Chosen by hand."""


class CoveringTestSearch:
    """Finds tests that cover the unit, within about `seconds` of wall-clock time; `limit` is that of each test.

    `collection_seconds` are the wall-clock seconds until pytest had collected the tests.
    """

    def __init__(self, launcher: HarnessLauncher, location: UnitLocation, seconds: float) -> None:
        self.launcher = launcher
        self.location = location
        self.seconds = seconds
        self.deadline = time.monotonic() + seconds
        cpu = min(max(TEST_SHARE * seconds, MIN_TEST_SECONDS), MAX_TEST_SECONDS)
        self.limit = Limit(cpu, cpu * WALL_FACTOR)
        self.hanging = HangLimits(self.limit)
        self.collection_seconds = 0.0

    async def at(self, groups: Sequence[Sequence[str]]) -> tuple[Tier, CoverageRun]:
        """Try `groups` of test files, one after the other, until a covering test fails or all groups were tried.

        If there are several groups and collecting one takes too long, its last files wait for another try. They then
        come after the files that are known to cover the unit. The caller closes the tier. Raises `EvaluationError` if
        there is no test file.
        """
        seconds = COLLECTING_SHARE * self.seconds
        tried: set[str] = set()
        covering_files: set[str] = set()
        for position, group in enumerate(groups):
            while True:
                order = sorted(group, key=lambda name: (name not in covering_files, name in tried))
                budget = CollectionBudget(seconds, tuple(sorted(covering_files))) if len(groups) > 1 else None
                tier, coverage, left = await self._collect_and_run(order, budget)
                tried.update(set(group).difference(left))
                covering_files.update(_file(tier.tests[n]) for n in coverage.covering)
                failing = [n for n in coverage.covering if coverage.results[n].outcome is not Outcome.PASSED]
                complete = tried.issuperset(group)
                late = coverage.covering and time.monotonic() > self.deadline
                if failing or late or (complete and position == len(groups) - 1):
                    return tier, coverage
                await tier.close()
                if complete:
                    break
        raise EvaluationError("No test file was found. Write a test for the function, or name tests with --tests.")

    async def _collect_and_run(
        self, group: Sequence[str], budget: CollectionBudget | None
    ) -> tuple[Tier, CoverageRun, list[str]]:
        """The tier that collected a group of files, what its tests covered, and the files that were left.

        If the tests of a mounted workspace turn out to need writable folders, these are made writable and the group is
        collected again: then only the files with a test that covers the unit or fails.
        """
        missed_elsewhere = 0
        left: list[str] = []
        for restarts in range(MAX_RESTARTS + 1):
            began = time.monotonic()
            tier = await first_tier(self.launcher, self.location, group, budget)
            self.collection_seconds += time.monotonic() - began
            try:
                coverage = await self._run(tier)
                again = restarts < MAX_RESTARTS and await self._make_writable(coverage)
            except BaseException:
                await tier.close()
                raise
            missed = [_file(name) for n, name in enumerate(tier.tests) if n not in coverage.results]
            if not again:
                break
            await tier.close()
            failing = {n for n, result in coverage.results.items() if result.outcome in FAILING}
            files = {_file(tier.tests[n]) for n in failing.union(coverage.covering)}
            if files and files.issubset(group):
                missed_elsewhere += sum(file not in files for file in missed)
                left += tier.collected.skipped_files
                group, budget = [name for name in group if name in files], None
        left += tier.collected.skipped_files
        coverage.unseen = Unseen(missed_elsewhere + len(missed), len(left))
        return tier, coverage, left

    async def _make_writable(self, coverage: CoverageRun) -> bool:
        """Whether folders of the workspace are writable only now, because the tests require it."""
        return await asyncio.to_thread(self.launcher.copy.make_writable, coverage.permissions)

    async def _run(self, tier: Tier) -> CoverageRun:
        """Run all collected tests with a probe in the unit, divided among the workers."""
        coverage = CoverageRun()
        # In a mounted workspace even tests that cannot cover the unit show which folders must be writable.
        if not tier.may_reach_unit and not self.launcher.copy.mounted:
            return coverage
        workers = self.launcher.workers if len(tier.tests) > MIN_PARALLEL_TESTS else 1
        parts: list[list[int]] = [[] for _ in range(workers)]
        for similar in by_name(tier.tests, self.location.unit.qualname):
            share = -(-len(similar) // len(parts)) or 1
            for number, part in enumerate(parts):
                part.extend(similar[number * share : (number + 1) * share])
        await asyncio.gather(*(self._run_part(tier, part, coverage) for part in parts))
        await self._run_part(tier, self.hanging.stopped_too_soon(coverage.results), coverage)
        return coverage

    async def _run_part(self, tier: Tier, tests: list[int], coverage: CoverageRun) -> None:
        """Run `tests` until the time is up, and continue after a test that hangs or ends the process.

        A run ends sooner once covering tests fail and no more covering tests come. While no test has failed, twice the
        time is spent.
        """
        while tests and (seconds := self._seconds_left(coverage)) > 0:
            request = RunRequest(
                self.hanging.limits(tests, coverage.results),
                seconds=seconds,
                quiet=QUIET_SHARE * self.seconds,
                learn=True,
                stacks=True,
                probe=ProbeRequest(self.location.line_range(), self.location.first_statement_line),
            )
            report = await tier.run(self.location.source, request)
            coverage.add(report)
            if not report.results or (report.ended == "done" and coverage.failing):
                return
            tests = [n for n in tests if n not in report.results]

    def _seconds_left(self, coverage: CoverageRun) -> float:
        left = self.deadline - time.monotonic()
        if not coverage.results:
            return max(left, LONGER_SECONDS)  # without any result there is no baseline
        return left if left > 0 or coverage.failing else min(left + self.seconds, LONGER_SECONDS)


def _file(test: str) -> str:
    return test.partition("::")[0]
