"""How revisions that pass the same tests differ, in words: a question that the user can answer."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.search.patches.differential import Observation, Observations, clearest_difference, differing_inputs

LONGEST = 200

logger = logging.getLogger(__name__)


class Behaviours:
    """What versions of the unit do with inputs that no test tries, each version looked at once."""

    def __init__(self, judge: PytestEvaluator) -> None:
        self._judge = judge
        self._trials: dict[str, Observations] = {}

    async def look(self, sources: Sequence[str]) -> None:
        """Try those of `sources` that were not tried yet."""
        new = [source for source in dict.fromkeys(sources) if source not in self._trials]
        try:
            self._trials.update(zip(new, await self._judge.trials(new), strict=True))
        except EvaluationError as error:
            # What tests say of a revision stands without it.
            logger.debug("versions were not tried with other inputs: %s", error)

    def differ(self, one: str, other: str) -> bool:
        """Whether an input is known with which the two versions do not do the same."""
        return bool(differing_inputs(self._of(one), self._of(other)))

    def question(self, source: str, others: Sequence[str]) -> str:
        """What the tests leave open between a version and the `others`; empty where nothing is known."""
        for number, other in enumerate(others, 1):
            pair = clearest_difference(self._of(source), self._of(other))
            if pair:
                here, there = pair
                return f"The tests leave open: {_said(here)} now, {_short(there.result)} with alternative {number}."
        alike = min((len(self._of(other).keys() & self._of(source).keys()) for other in others), default=0)
        if alike and not any(self.differ(source, other) for other in others):
            return f"With {alike} inputs that no test tries the alternatives do the same."
        return ""

    def contrast(self, source: str, best: str) -> str:
        """How an alternative differs from the `best` version; empty where nothing is known of it."""
        pair = clearest_difference(self._of(source), self._of(best))
        return f"{_said(pair[0])}, and {_short(pair[1].result)} with the first revision." if pair else ""

    def changed(self, source: str, before: str) -> str:
        """An input with which the version `before` returned something, and `source` does otherwise; empty for none."""
        once, now = self._of(before), self._of(source)
        returned = {number: trial for number, trial in once.items() if trial.result.startswith("returns")}
        pair = clearest_difference(returned, now)
        if pair:
            return f"{_said(pair[0])} as it stands, and {_short(pair[1].result)} with it"
        return "with an input too long to show it does otherwise than before" if differing_inputs(returned, now) else ""

    def alike(self, source: str, before: str) -> int:
        """With how many inputs the two versions did the same."""
        once, now = self._of(before), self._of(source)
        return len(once.keys() & now.keys()) - len(differing_inputs(once, now))

    def _of(self, source: str) -> Observations:
        return self._trials.get(source, {})


def _said(trial: Observation) -> str:
    return f"{trial.call} {_short(trial.result)}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
