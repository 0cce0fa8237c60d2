"""The measure of the objective `speed-up`: CPU time of the tests. Two versions are run in turns and compared."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Sequence

from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.probes.median_interval import MIN_VALUES, median_interval
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.objective import Measurement
from reloc_lsp.search.verdict import Verdict

MAX_PAIRS = 20
"""How many pairs of runs the measurement of the best version takes at most. Chosen by hand."""
MEASURING_SECONDS = 10.0
"""After these seconds by the clock the measurement ends, if it has enough pairs for an interval. Chosen by hand."""
CLEARLY_SLOWER = 1.5
"""A version whose tests took this many times as long as its parent's is not measured. Chosen by hand."""
TIMER_NOISE = 0.01
"""Seconds by which the tests of a version may take longer in any case. Chosen by hand."""


class CpuBenchmark:
    """Rewards versions that are faster than their parent in each of several pairs of runs.

    The two runs of a pair follow each other directly, and the versions take turns in being first. So other work on the
    machine affects both.
    """

    def __init__(self, evaluator: PytestEvaluator) -> None:
        self._evaluator = evaluator

    async def reward(
        self, task: Task, candidates: Sequence[Candidate], verdicts: Sequence[Verdict], parents: Sequence[Node]
    ) -> Sequence[float]:
        """For each candidate: its parent's reward plus the logarithm of its least speed-up, or 0 if it is not faster.

        The least speed-up is the lowest ratio of CPU times, parent's to candidate's, of all pairs.
        """
        rewards = []
        for candidate, verdict, parent in zip(candidates, verdicts, parents, strict=True):
            worth_measuring = _may_be_faster(verdict, parent.verdict)
            speed_up = await self._log_speed_up(parent, candidate.source) if worth_measuring else 0.0
            rewards.append(parent.reward + speed_up if speed_up > 0 else 0.0)
        return rewards

    async def measure(self, task: Task, source: str) -> Measurement | None:
        """CPU seconds of one run of all tests, for the unchanged unit and for `source`; `None` if a test fails.

        The seconds of `source` are the median seconds of the unchanged unit times the median ratio of all pairs. Their
        bounds come from the confidence interval of that ratio.
        """
        began = time.monotonic()
        pairs: list[tuple[float, float]] = []
        while len(pairs) < MIN_VALUES or (len(pairs) < MAX_PAIRS and time.monotonic() - began < MEASURING_SECONDS):
            pair = await self._pair(task.source, source, swapped=len(pairs) % 2 == 1)
            if pair is None:
                return None
            pairs.append(pair)
        ratios = [after / before for before, after in pairs]
        bounds = median_interval(ratios)
        assert bounds is not None
        once = statistics.median(before for before, _ in pairs)
        return Measurement(once, once * statistics.median(ratios), once * bounds[0], once * bounds[1], "CPU seconds")

    async def _log_speed_up(self, parent: Node, source: str) -> float:
        """The logarithm of the least speed-up in as many pairs as bound a median; 0 if one pair shows none."""
        worst = 0.0
        for number in range(MIN_VALUES):
            pair = await self._pair(parent.candidate.source, source, swapped=number % 2 == 1)
            if pair is None or pair[1] >= pair[0]:
                return 0.0
            worst = max(worst, pair[1] / pair[0])
        return -math.log(worst)

    async def _pair(self, before: str, after: str, swapped: bool) -> tuple[float, float] | None:
        """CPU seconds of `before` and of `after`; `None` if a test does not pass. If `swapped`, `after` runs first."""
        order = (after, before) if swapped else (before, after)
        times = await self._evaluator.cpu_times(order)
        if times is None:
            return None
        first, second = times
        return (second, first) if swapped else (first, second)


def _may_be_faster(verdict: Verdict, parent: Verdict) -> bool:
    """Whether a version is worth measuring: it passes, and its tests did not take clearly longer than the parent's."""
    before, after = (sum(result.seconds for result in v.results.values()) for v in (parent, verdict))
    return verdict.all_passed and after <= CLEARLY_SLOWER * before + TIMER_NOISE
