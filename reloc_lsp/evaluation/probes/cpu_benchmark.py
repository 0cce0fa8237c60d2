"""The measure of the objective `speed-up`: CPU time of the tests, of two versions in turns."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Sequence

from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.probes.median_interval import FEWEST, median_interval
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.objective import Measurement
from reloc_lsp.search.verdict import Verdict

MOST_PAIRS = 20
LONGEST_SECONDS = 10.0
"""As long a measurement of the best goes on, once it has enough pairs to say anything."""
CLEARLY_SLOWER = 1.5


class Stopwatch:
    """Rewards versions that are faster than the one they come from, each time they are run beside it.

    The machine may be as busy as it likes: what is compared ran right after each other, and takes turns in being first.
    """

    def __init__(self, judge: PytestEvaluator) -> None:
        self.judge = judge

    async def reward(
        self, task: Task, candidates: Sequence[Candidate], verdicts: Sequence[Verdict], parents: Sequence[Node]
    ) -> Sequence[float]:
        """The logarithm of how many times as fast each one is at the least; 0 for what is not faster for certain."""
        found = []
        for candidate, verdict, parent in zip(candidates, verdicts, parents, strict=True):
            gain = await self._gain(parent, candidate.source) if _may_be_faster(verdict, parent.verdict) else 0.0
            found.append(parent.reward + gain if gain > 0 else 0.0)
        return found

    async def measure(self, task: Task, source: str) -> Measurement | None:
        """CPU seconds of one run of all the tests, the version's from its ratio to the unchanged unit's."""
        began = time.monotonic()
        pairs: list[tuple[float, float]] = []
        while len(pairs) < FEWEST or (len(pairs) < MOST_PAIRS and time.monotonic() - began < LONGEST_SECONDS):
            pair = await self._pair(task.source, source, swapped=len(pairs) % 2 == 1)
            if pair is None:
                return None
            pairs.append(pair)
        ratios = [after / before for before, after in pairs]
        bounds = median_interval(ratios)
        assert bounds is not None
        once = statistics.median(before for before, _ in pairs)
        return Measurement(once, once * statistics.median(ratios), once * bounds[0], once * bounds[1], "CPU seconds")

    async def _gain(self, parent: Node, source: str) -> float:
        """Of as few pairs as bound a median, none may be slower: the first that is ends it."""
        worst = 0.0
        for number in range(FEWEST):
            pair = await self._pair(parent.candidate.source, source, swapped=number % 2 == 1)
            if pair is None or pair[1] >= pair[0]:
                return 0.0
            worst = max(worst, pair[1] / pair[0])
        return -math.log(worst)

    async def _pair(self, before: str, after: str, swapped: bool) -> tuple[float, float] | None:
        """The times of both, in the order they are named; `None` where a test did not pass."""
        order = (after, before) if swapped else (before, after)
        times = await self.judge.cpu_times(order)
        if times is None:
            return None
        first, second = times
        return (second, first) if swapped else (first, second)


def _may_be_faster(verdict: Verdict, parent: Verdict) -> bool:
    """Whether a version is worth a stopwatch: it passes, and was not far slower when it was judged."""
    once, now = (sum(result.seconds for result in v.results.values()) for v in (parent, verdict))
    return verdict.all_passed and now <= CLEARLY_SLOWER * once + 0.01
