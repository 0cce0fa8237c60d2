"""How long a test of the unchanged code may take before it counts as one that does not end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reloc_lsp.evaluation.baseline.coverage_run import ENDED_BY_FORCE
from reloc_lsp.evaluation.harness.protocol.values import Limit
from reloc_lsp.search.verdict import Outcome, TestResult

FIRST = Limit(1.0, 1.5)
"""Seconds of CPU and by the clock that every test may take. Chosen by hand."""
FACTOR = 20.0
"""How many times as long as the slowest test that ends another one may take. Chosen by hand."""
MAX_HUNG_ALONE = 3
"""So many tests may take the longest time where no test ends at all. Chosen by hand."""


class HangLimits:
    """Limits that are learned from the tests that end: `FACTOR` times the slowest of them, between `FIRST` and `most`.

    While no test has ended, a test that was stopped says little, so the next ones get `most`.
    """

    def __init__(self, most: Limit) -> None:
        self.most = most
        self.least = Limit(min(FIRST.cpu, most.cpu), min(FIRST.wall, most.wall))
        self._given: dict[int, Limit] = {}

    def limits(self, tests: Iterable[int], results: Mapping[int, TestResult]) -> dict[int, Limit]:
        """A limit for each of `tests`, after those with `results` were run."""
        limits = dict.fromkeys(tests, self._limit(results))
        self._given |= limits
        return limits

    def stopped_too_soon(self, results: Mapping[int, TestResult]) -> list[int]:
        """The tests that were stopped after a shorter time than they may take by what is known now."""
        now = self._limit(results)
        stopped = [n for n, result in results.items() if result.outcome is Outcome.TIMEOUT and n in self._given]
        return [n for n in stopped if self._given[n].cpu < now.cpu or self._given[n].wall < now.wall]

    def given(self, test: int) -> Limit:
        """The limit that the test had when it was run last."""
        return self._given.get(test, self.most)

    def _limit(self, results: Mapping[int, TestResult]) -> Limit:
        ended = [result for result in results.values() if result.outcome not in ENDED_BY_FORCE]
        if ended:
            cpu, wall = max(result.seconds for result in ended), max(result.wall for result in ended)
            return Limit(
                min(max(FACTOR * cpu, self.least.cpu), self.most.cpu),
                min(max(FACTOR * max(cpu, wall), self.least.wall), self.most.wall),
            )
        hung = [n for n, result in results.items() if result.outcome is Outcome.TIMEOUT and n in self._given]
        long = sum(self._given[n].cpu >= self.most.cpu for n in hung)
        return self.most if hung and long < MAX_HUNG_ALONE else self.least


def hang_note(test: str, result: TestResult, limit: Limit) -> str:
    """A sentence about a test that did not end: where it was when it was stopped, as far as that is known."""
    where = f", at {result.stopped.message}" if result.stopped and result.stopped.message else ""
    return f"{test} did not end with the unchanged code: it was stopped after {limit.wall:.1f} s{where}."
