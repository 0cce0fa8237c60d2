"""A second try for candidates that hang in exactly one test: such a candidate may be a right fix that is slow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reloc_lsp.evaluation.harness.protocol.values import Limit
from reloc_lsp.search.verdict import Outcome, TestResult

MAX_WALL_SECONDS = 15.0
"""Wall-clock seconds that the second try of a test takes at the most. Chosen by hand."""
TIMEOUT_MULTIPLIER = 8.0
"""Multiplier of a test's limit for the retry when a candidate times out in exactly one test. Chosen by hand."""
RETRY_SECONDS = 3.0
"""Seconds that retries may always take, where the test ended with the unchanged unit. Chosen by hand."""
RETRY_SHARE = 0.1
"""Share of the seconds of all candidates that retries may take besides: where many candidates hang, hardly any is only
slow. Chosen by hand."""


@dataclass
class HangRetry:
    """Decides whether a candidate gets a second try.

    `spent` are the seconds that second tries took so far, and `used` those of all runs of candidates: of CPU, or by the
    clock where a test waits.
    """

    unchanged: Mapping[int, TestResult]
    spent: float = 0.0
    used: float = 0.0

    def affordable(self, hung: int) -> bool:
        """Whether there is time for a second try of a candidate that hangs in the test `hung`.

        If that test hung with the unchanged unit, most candidates hang there, and hardly any of them is only slow.
        """
        always = 0.0 if self.unchanged[hung].outcome is Outcome.TIMEOUT else RETRY_SECONDS
        return self.spent < always + RETRY_SHARE * self.used

    def add(self, seconds: float, *, retry: bool) -> None:
        """Count the seconds of a run of a candidate, which was a first or a second try."""
        self.used += seconds
        self.spent += seconds if retry else 0.0

    def may_be_slow(self, results: Mapping[int, TestResult], hung: int) -> bool:
        """Whether a candidate that hangs in the test `hung` may be a right fix that is slow.

        Then every other test passes. If several tests hung with the unchanged unit and one of them still does, the
        candidate did not fix it.
        """
        unchanged = self.unchanged
        hanging = [n for n in unchanged if unchanged[n].outcome is Outcome.TIMEOUT and n not in results]
        passing = all(result.outcome is Outcome.PASSED for n, result in results.items() if n != hung)
        return passing and len(unchanged) > 1 and not (hanging and unchanged[hung].outcome is Outcome.TIMEOUT)

    @staticmethod
    def limit(first: Limit) -> Limit:
        """The limit of the second try of a test whose limit was `first`."""
        grown = first.grown(TIMEOUT_MULTIPLIER)
        return Limit(grown.cpu, min(grown.wall, MAX_WALL_SECONDS))
