"""Several candidates in one fork, where this was measured to pay and to be harmless.

Most candidates fail their first test within a millisecond, and then the fork is most of their cost. A batch by itself
only rejects. What it does not reject runs in a second batch in the opposite order, so that each candidate ran once
before every other. The canary of a batch is the unchanged unit, which runs last in the same process: unless it ends as
expected, nothing of the batch counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from reloc_lsp.evaluation.baseline.coverage_run import ENDED_BY_FORCE
from reloc_lsp.evaluation.harness.protocol.records import RunBegins
from reloc_lsp.evaluation.harness.protocol.values import Limit, RunRequest
from reloc_lsp.evaluation.reports import ChildReport
from reloc_lsp.evaluation.tiers import BatchTier
from reloc_lsp.search.verdict import Outcome, TestResult

MAX_BATCH = 32
"""Candidates in a batch at the most. Chosen by hand."""
MAX_BATCH_SECONDS = 0.15
"""CPU seconds that a batch should take at the most, as far as the unchanged unit tells. Chosen by hand."""
MIN_SAVED_SHARE = 0.2
"""Share of the cost of a candidate that a batch has to save; below that each candidate gets a fork. Chosen by hand."""
PASSING_CANARY_TESTS = 4
"""Passing tests that the canary runs, besides failing ones. Chosen by hand."""
EARLY_STOP = (3, 12)
"""Bounds of the number of failures after which a candidate is rejected, if no test before passed: all other tests then
count as failed. Chosen by hand."""
EARLY_STOP_SECONDS = 0.1
"""Within those bounds, that many failures as the unchanged unit has in this many CPU seconds. Chosen by hand."""
SHORTEST_RUN = 1e-4
"""CPU seconds that a run counts for at least: a clock that ticks slowly may show none."""


@dataclass
class BatchResult:
    """What one batch showed about its candidates, by position.

    `final` are results that count. `undecided` candidates were not rejected and need a second batch. `skipped` ones
    have no result, because another one ended the child. All others need a child of their own; `hung` names the test in
    which one of them hung.
    """

    final: dict[int, dict[int, TestResult]] = field(default_factory=dict)
    undecided: dict[int, dict[int, TestResult]] = field(default_factory=dict)
    skipped: list[int] = field(default_factory=list)
    hung: dict[int, int] = field(default_factory=dict)


class BatchRunner:
    """Runs batches of at most `size` candidates; a size of 1 means that each candidate gets a fork of its own.

    A batch whose canary failed was too large for the candidates of this unit: the next ones are half as large, and grow
    again as long as no canary fails. `swallowed` are the assertions that the unchanged unit swallows.
    """

    def __init__(
        self, tier: BatchTier, expected: Mapping[int, TestResult], size: int, swallowed: tuple[str, ...]
    ) -> None:
        self.tier = tier
        self.swallowed = swallowed
        self.expected = expected
        self.size = self.max_size = size
        self.cpu = 0.0

    @classmethod
    async def measured(
        cls,
        tier: BatchTier,
        unchanged: str,
        results: Mapping[int, TestResult],
        limits: Mapping[int, Limit],
        *,
        swallowed: tuple[str, ...],
    ) -> BatchRunner:
        """Run the unchanged unit three times in one child: equal endings allow batches, the times give their size.

        `results` are the baseline's in the order to run the tests, with a limit for each.
        """
        tests = _canary(results)
        reports = await tier.run_batch([unchanged] * 2, len(tests), RunRequest({n: limits[n] for n in tests}))
        steady = len(reports) == 3 and all(_same_outcomes(report, results, tests) for report in reports)
        expected = dict(results)
        size = 1
        if steady and tests:
            first, last = reports[0].results, reports[-1].results
            # A message that differs from run to run (an address, a time) identifies nothing.
            expected |= {
                n: last[n] if first[n].failure == last[n].failure else TestResult(last[n].outcome) for n in tests
            }
            size = paying_size([begins.cpu for report in reports for begins in report.all(RunBegins)])
        return cls(tier, expected, size, swallowed)

    def shares(self, count: int, workers: int) -> list[range]:
        """`count` candidates as equal batches, at least one for each worker."""
        size = min(self.size, -(-count // workers)) or 1
        return [range(start, min(start + size, count)) for start in range(0, count, size)]

    async def run(
        self, sources: Sequence[str], order: Sequence[int], limits: Mapping[int, Limit], allowed: int
    ) -> BatchResult:
        """Run `sources` in one child; a candidate is rejected when more than `allowed` tests did not pass."""
        canary = len(_canary({n: self.expected[n] for n in order}))
        early_stop = early_stop_after(self.expected, order)
        request = RunRequest(
            {n: limits[n] for n in order},
            failures_allowed=allowed,
            early_stop=early_stop if allowed < len(order) else None,
            swallowed_before=self.swallowed,
        )
        reports = await self.tier.run_batch(sources, canary, request)
        self.cpu += sum(report.cpu for report in reports)
        final = self._rejected(reports[: len(sources)], order, allowed, early_stop)
        if reports and reports[0].ended == "done" and len(reports[0].results) == len(order):
            final[0] = reports[0].results  # nothing ran before the first: it was as good as alone
        if len(reports) > len(sources) and reports[-1].ended == "done":
            if self._as_expected(reports[-1], order[:canary]):
                self.size = min(self.size + 1, self.max_size)
                complete = {n: r.results for n, r in enumerate(reports[:-1]) if len(r.results) == len(order)}
                return BatchResult(final, {n: results for n, results in complete.items() if n not in final})
        elif 0 < len(reports) <= len(sources):
            return self._cut_short(reports, len(sources), final)
        self.size = max(1, self.size // 2)
        return BatchResult()

    def _rejected(
        self, reports: Sequence[ChildReport], order: Sequence[int], allowed: int, early_stop: int
    ) -> dict[int, dict[int, TestResult]]:
        """Results of the candidates that had too many failures."""
        given_up = {n: TestResult(Outcome.FAILED) for n in order}
        rejected: dict[int, dict[int, TestResult]] = {}
        for position, report in enumerate(reports):
            failed = sum(result.outcome is not Outcome.PASSED for result in report.results.values())
            # A candidate that only hangs in one test may be right and slow: that is found out in a child of its own.
            if report.ended not in ("done", "timeout") or (report.ended == "timeout" and failed == 1):
                continue
            if failed > allowed:
                rejected[position] = report.results
            elif failed == len(report.results) == early_stop < len(order):
                rejected[position] = given_up | report.results
        return rejected

    @staticmethod
    def _cut_short(
        reports: Sequence[ChildReport], count: int, final: Mapping[int, dict[int, TestResult]]
    ) -> BatchResult:
        """The result of a batch that its last candidate ended: without a canary, only the first and the last count."""
        last = len(reports) - 1
        own = {n: final[n] for n in (0, last) if n in final}
        hung: dict[int, int] = {}
        if last not in own:
            test = next(reversed(reports[last].results), None)
            if test is not None and reports[last].results[test].outcome is Outcome.TIMEOUT:
                hung = {last: test}
        return BatchResult(own, {}, [n for n in range(count) if n != last and n not in own], hung)

    def _as_expected(self, report: ChildReport, tests: Sequence[int]) -> bool:
        return all(n in report.results and _alike(report.results[n], self.expected[n]) for n in tests)


def paying_size(began: Sequence[float]) -> int:
    """How many candidates make a batch that pays, from the CPU seconds after which each of three runs began.

    A batch saves the fork, and what only the first run sets up: caches, settings that are read late.
    """
    fork, first, further = began[0], began[1] - began[0], max(began[2] - began[1], SHORTEST_RUN)
    saved = fork + max(first - further, 0.0)
    if saved <= MIN_SAVED_SHARE * (saved + further):
        return 1
    return max(1, min(MAX_BATCH, int(MAX_BATCH_SECONDS / further)))


def early_stop_after(results: Mapping[int, TestResult], order: Sequence[int]) -> int:
    """After how many failures, without a test that passes, a candidate is rejected."""
    least, most = EARLY_STOP
    times = accumulate(results[n].seconds for n in order[:most])
    return max(least, sum(seconds <= EARLY_STOP_SECONDS for seconds in times))


def _canary(results: Mapping[int, TestResult]) -> list[int]:
    """The tests that the canary runs, first in the order: failing tests that do not hang, and some that pass."""
    failing = [n for n, result in results.items() if result.outcome not in (Outcome.PASSED, *ENDED_BY_FORCE)]
    passing = [n for n, result in results.items() if result.outcome is Outcome.PASSED]
    most = EARLY_STOP[1]
    return failing[:most] if len(failing) > most else [*failing, *passing[:PASSING_CANARY_TESTS]]


def _same_outcomes(report: ChildReport, results: Mapping[int, TestResult], tests: Sequence[int]) -> bool:
    return all(n in report.results and report.results[n].outcome is results[n].outcome for n in tests)


def _alike(result: TestResult, expected: TestResult) -> bool:
    """Whether a test ended as expected; if a particular failure is expected, with that very failure."""
    return result.outcome is expected.outcome and (expected.failure is None or result.failure == expected.failure)
