"""The first look at the unchanged unit: test files are collected, the likely ones first, and their tests are run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from reloc_lsp.evaluation.baseline.coverage_run import FAILING, CoverageRun, Unseen
from reloc_lsp.evaluation.baseline.test_prioritization import by_name
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.harness.protocol.values import CollectionBudget, Limit, ProbeRequest, RunRequest
from reloc_lsp.evaluation.tiers import HarnessLauncher, Tier, first_tier
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.search.verdict import Outcome

COLLECTING_SHARE = 1 / 3
QUIET_SHARE = 1 / 7
"""Of the time there is: for collecting, and for running tests none of which reaches the unit, after those that do. With
20 seconds for 83 units of real projects that took 154 in place of 235 seconds, and 73 of 6,147 tests were missed."""
LONGER_SECONDS = 2.0
MOST_RESTARTS = 3


class CoveringTestSearch:
    """Looks for tests that reach the unit, for so many `seconds`; `limit` is that of each test."""

    def __init__(self, launcher: HarnessLauncher, location: UnitLocation, seconds: float) -> None:
        self.launcher = launcher
        self.location = location
        self.seconds = seconds
        self.deadline = time.monotonic() + seconds
        most = min(max(0.12 * seconds, 2.0), 10.0)
        self.limit = Limit(most, most * 1.2)

    async def at(self, groups: Sequence[Sequence[str]]) -> tuple[Tier, CoverageRun]:
        """Try the groups of test files until tests reach the unit and one of them fails, or all were tried.

        The last files of one of several groups are left for another try, if collecting them takes too long; they then
        come after those that are known to reach the unit. The caller closes the tier.
        """
        seconds = COLLECTING_SHARE * self.seconds
        tried: set[str] = set()
        reaching: set[str] = set()
        for position, group in enumerate(groups):
            while True:
                order = sorted(group, key=lambda name: (name not in reaching, name in tried))
                budget = CollectionBudget(seconds, tuple(sorted(reaching))) if len(groups) > 1 else None
                first, survey, left = await self._collected(order, budget)
                tried.update(set(group).difference(left))
                reaching.update(_file(first.tests[n]) for n in survey.covering)
                failing = [n for n in survey.covering if survey.results[n].outcome is not Outcome.PASSED]
                done = tried.issuperset(group)
                late = survey.covering and time.monotonic() > self.deadline
                if failing or late or (done and position == len(groups) - 1):
                    return first, survey
                await first.close()
                if done:
                    break
        raise EvaluationError("No test file was found. Write a test for the function, or name tests with --tests.")

    async def _collected(
        self, group: Sequence[str], budget: CollectionBudget | None
    ) -> tuple[Tier, CoverageRun, list[str]]:
        """Collect and survey a group; once more, where what is heard makes folders of a mounted workspace writable.

        Then those files alone are wanted that have tests which reach the unit, or which did not pass. The last of the
        answer are files that were left.
        """
        elsewhere = 0
        left: list[str] = []
        for restarts in range(MOST_RESTARTS + 1):
            first = await first_tier(self.launcher, self.location, group, budget)
            try:
                survey = await self._survey(first)
                again = restarts < MOST_RESTARTS and await self._made_writable(survey)
            except BaseException:
                await first.close()
                raise
            missed = [_file(name) for n, name in enumerate(first.tests) if n not in survey.results]
            if not again:
                break
            await first.close()
            telling = {*survey.covering, *(n for n, result in survey.results.items() if result.outcome in FAILING)}
            files = {_file(first.tests[n]) for n in telling}
            if files and files.issubset(group):
                elsewhere += sum(file not in files for file in missed)
                left += first.collected.skipped_files
                group, budget = [name for name in group if name in files], None
        left += first.collected.skipped_files
        survey.unseen = Unseen(elsewhere + len(missed), len(left))
        return first, survey, left

    async def _made_writable(self, survey: CoverageRun) -> bool:
        return await asyncio.to_thread(self.launcher.copy.make_writable, survey.permissions)

    async def _survey(self, tier: Tier) -> CoverageRun:
        survey = CoverageRun()
        # In a mounted workspace there is something to hear of tests that no swap can reach, too.
        if not tier.may_reach_unit and not self.launcher.copy.mounted:
            return survey
        parts: list[list[int]] = [[] for _ in range(self.launcher.workers if len(tier.tests) > 40 else 1)]
        for alike in by_name(tier.tests, self.location.unit.qualname):
            share = -(-len(alike) // len(parts)) or 1
            for number, part in enumerate(parts):
                part.extend(alike[number * share : (number + 1) * share])
        await asyncio.gather(*(self._survey_part(tier, part, survey) for part in parts))
        return survey

    async def _survey_part(self, tier: Tier, tests: list[int], survey: CoverageRun) -> None:
        """Survey `tests`, going on after one that hangs or ends the process, until the time is up.

        It is so earlier where some fail and no more are met that reach the unit. While none was seen to fail, twice the
        time is spent: what else should it be spent on?
        """
        while tests and (seconds := self._seconds_left(survey)) > 0:
            request = RunRequest(
                dict.fromkeys(tests, self.limit),
                seconds=seconds,
                quiet=QUIET_SHARE * self.seconds,
                learn=True,
                probe=ProbeRequest(self.location.line_range(), self.location.first_statement_line),
            )
            report = await tier.run(self.location.source, request)
            survey.add(report)
            if not report.results or (report.ended == "done" and survey.failing):
                return
            tests = [n for n in tests if n not in report.results]

    def _seconds_left(self, survey: CoverageRun) -> float:
        left = self.deadline - time.monotonic()
        if not survey.results:
            return max(left, LONGER_SECONDS)  # without any there would be nothing to go by
        return left if left > 0 or survey.failing else min(left + self.seconds, LONGER_SECONDS)


def _file(test: str) -> str:
    return test.partition("::")[0]
