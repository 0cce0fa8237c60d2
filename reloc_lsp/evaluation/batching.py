"""Several candidates in one fork, where that was measured to pay and to be harmless.

Most candidates fail their first test within a millisecond, and then the fork is most of their price. A batch by
itself only refuses. What it does not refuse is judged in a second batch in the opposite order, so that each was seen
once before every other; and nothing stands of a batch whose canary, the unchanged unit run last in the same process,
did not end as it should.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from reloc_lsp.evaluation.harness.protocol.messages import Limit, RunBegins, RunRequest
from reloc_lsp.evaluation.reports import ChildReport
from reloc_lsp.evaluation.tiers import BatchTier
from reloc_lsp.search.verdict import Outcome, TestResult

LARGEST = 32
LONGEST_SECONDS = 0.15
LEAST_SAVED = 0.2
PASSING_IN_CANARY = 4
HOPELESS = (3, 12)
"""Failures at the beginning with which a candidate is given up: all other tests then count as failed."""
HOPELESS_SECONDS = 0.1
"""As many as tests fail in so many seconds of CPU with the unchanged unit, within those bounds."""


@dataclass
class BatchResult:
    """What one batch said of its candidates, by position.

    `stands` are final, `open` were not refused and want a second look, `again` were not judged because another one
    ended the child. All others are to be judged alone; of one that hung, `hung` tells in which test.
    """

    stands: dict[int, dict[int, TestResult]] = field(default_factory=dict)
    open: dict[int, dict[int, TestResult]] = field(default_factory=dict)
    again: list[int] = field(default_factory=list)
    hung: dict[int, int] = field(default_factory=dict)


class Batches:
    """Batches of `size` candidates at the most; 1 means that each candidate gets a fork of its own.

    A batch whose canary failed was too large for the candidates of this unit: the next ones are half of it, and
    grow again while all goes well.
    """

    def __init__(self, tier: BatchTier, expected: Mapping[int, TestResult], size: int) -> None:
        self.tier = tier
        self.expected = expected
        self.size = self.most = size
        self.cpu = 0.0

    @classmethod
    async def measured(
        cls, tier: BatchTier, unchanged: str, results: Mapping[int, TestResult], limits: Mapping[int, Limit]
    ) -> Batches:
        """Run the unchanged unit three times in one child: equal ends allow batches, times give their size.

        `results` are the baseline's in judging order, with a limit for each.
        """
        tests = _canary(results)
        trial = await tier.run_batch([unchanged] * 2, len(tests), RunRequest({n: limits[n] for n in tests}))
        steady = len(trial) == 3 and all(_same(report, results, tests) for report in trial)
        expected = dict(results)
        size = 1
        if steady and tests:
            first, last = trial[0].results, trial[-1].results
            # A message that differs from run to run (an address, a time) says nothing.
            expected |= {n: last[n] if first[n].failure == last[n].failure else _bare(last[n]) for n in tests}
            size = paying_size([begins.cpu for report in trial for begins in report.all(RunBegins)])
        return cls(tier, expected, size)

    def shares(self, count: int, workers: int) -> list[range]:
        """`count` candidates as equal batches, at least one for each worker."""
        size = min(self.size, -(-count // workers)) or 1
        return [range(start, min(start + size, count)) for start in range(0, count, size)]

    async def run(
        self, sources: Sequence[str], order: Sequence[int], limits: Mapping[int, Limit], allowed: int
    ) -> BatchResult:
        """Judge `sources` in one child; a candidate is refused when more than `allowed` tests did not pass."""
        canary, hopeless = len(_canary({n: self.expected[n] for n in order})), hopeless_after(self.expected, order)
        request = RunRequest(
            {n: limits[n] for n in order},
            failures_allowed=allowed,
            early_stop=hopeless if allowed < len(order) else None,
        )
        reports = await self.tier.run_batch(sources, canary, request)
        self.cpu += sum(report.cpu for report in reports)
        given_up = {n: TestResult(Outcome.FAILED) for n in order}
        stands: dict[int, dict[int, TestResult]] = {}
        for position, report in enumerate(reports[: len(sources)]):
            failed, all_of_them = _failed(report), len(report.results)
            # What only hangs in a test may be right and slow: that is to be seen alone.
            if report.ended not in ("done", "timeout") or (report.ended == "timeout" and failed == 1):
                continue
            if failed > allowed:
                stands[position] = report.results
            elif failed == all_of_them == hopeless < len(order):
                stands[position] = given_up | report.results
        if reports and reports[0].ended == "done" and len(reports[0].results) == len(order):
            stands[0] = reports[0].results  # nothing ran before the first: it was judged alone
        if len(reports) > len(sources) and reports[-1].ended == "done":
            if self._alive(reports[-1], order[:canary]):
                self.size = min(self.size + 1, self.most)
                complete = {n: r.results for n, r in enumerate(reports[:-1]) if len(r.results) == len(order)}
                return BatchResult(stands, {n: results for n, results in complete.items() if n not in stands})
        elif 0 < len(reports) <= len(sources):
            # The last one begun ended the child: only of it is the verdict its own doing.
            last = len(reports) - 1
            own = {n: stands[n] for n in (0, last) if n in stands}
            hung = {} if last in own else self._hanging(last, reports[last])
            return BatchResult(own, {}, [n for n in range(len(sources)) if n != last and n not in own], hung)
        self.size = max(1, self.size // 2)
        return BatchResult()

    @staticmethod
    def _hanging(position: int, report: ChildReport) -> dict[int, int]:
        """The test in which a candidate hangs, by the candidate's position."""
        last = next(reversed(report.results), None)
        hangs = last is not None and report.results[last].outcome is Outcome.TIMEOUT
        return {position: last} if last is not None and hangs else {}

    def _alive(self, report: ChildReport, tests: Sequence[int]) -> bool:
        return all(n in report.results and _alike(report.results[n], self.expected[n]) for n in tests)


def paying_size(began: Sequence[float]) -> int:
    """How many candidates make a batch that pays, by the seconds after which each of three runs in one child began.

    Spared is the fork, and what the first run alone sets up: caches, settings read late.
    """
    fork, first, further = began[0], began[1] - began[0], max(began[2] - began[1], 1e-4)
    spared = fork + max(first - further, 0.0)
    if spared <= LEAST_SAVED * (spared + further):
        return 1
    return max(1, min(LARGEST, int(LONGEST_SECONDS / further)))


def _canary(results: Mapping[int, TestResult]) -> list[int]:
    """The first tests of the order: those that fail without hanging (not all of very many), and some that pass."""
    failing = [n for n, result in results.items() if result.outcome not in (Outcome.PASSED, *_BY_FORCE)]
    passing = [n for n, result in results.items() if result.outcome is Outcome.PASSED]
    most = HOPELESS[1]
    return failing[:most] if len(failing) > most else [*failing, *passing[:PASSING_IN_CANARY]]


def hopeless_after(results: Mapping[int, TestResult], order: Sequence[int]) -> int:
    """After how many failures at the beginning a candidate is given up."""
    least, most = HOPELESS
    times = accumulate(results[n].seconds for n in order[:most])
    return max(least, sum(seconds <= HOPELESS_SECONDS for seconds in times))


_BY_FORCE = (Outcome.TIMEOUT, Outcome.DIED)


def _failed(report: ChildReport) -> int:
    return sum(result.outcome is not Outcome.PASSED for result in report.results.values())


def _same(report: ChildReport, results: Mapping[int, TestResult], tests: Sequence[int]) -> bool:
    return all(n in report.results and report.results[n].outcome is results[n].outcome for n in tests)


def _bare(result: TestResult) -> TestResult:
    return TestResult(result.outcome)


def _alike(result: TestResult, expected: TestResult) -> bool:
    """Whether a test ended as before; where a failure is expected in particular, with that very failure."""
    return result.outcome is expected.outcome and (expected.failure is None or result.failure == expected.failure)
