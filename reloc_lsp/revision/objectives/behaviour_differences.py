"""Differential testing of revisions: what they do with inputs that no test uses, as sentences for the user."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.search.candidate import Candidate, Task
from reloc_lsp.search.patches.differential_testing import (
    Observation,
    Observations,
    clearest_difference,
    differing_inputs,
)
from reloc_lsp.search.patches.patch_ranking import copied_constants

MAX_VALUE_LENGTH = 200
"""Characters of a returned value or an exception in a sentence; chosen by hand."""

LOOKUP_ERRORS = frozenset({"raises KeyError", "raises IndexError"})
"""What a lookup raises that finds nothing."""
NO_ANSWER = LOOKUP_ERRORS | {"returns None"}
"""What a version does that has no answer; also many right ones, so that more has to speak for a table."""
TABLE_CONSTANTS = 3
"""A version with this many constants of the tests that changes nothing else is a table. Chosen by hand: a table of two
tests holds four constants, and the treatment of one special case two."""
MAX_NAMED = 5
"""Constants that a sentence names. Chosen by hand."""
MIN_ANSWERED = 6
"""With fewer inputs than this nothing is concluded. Chosen by hand."""

logger = logging.getLogger(__name__)


class BehaviourDifferences:
    """Runs versions of the unit with the same generated inputs and compares the results; each version runs once."""

    def __init__(self, evaluator: PytestEvaluator) -> None:
        self._evaluator = evaluator
        self._results: dict[str, Observations] = {}

    async def observe(self, sources: Sequence[str]) -> None:
        """Run the versions among `sources` that have not run yet; if that fails, nothing is known of them."""
        new = [source for source in dict.fromkeys(sources) if source not in self._results]
        try:
            self._results.update(zip(new, await self._evaluator.observe(new), strict=True))
        except EvaluationError as error:
            # The verdicts of the tests do not depend on it.
            logger.debug("no differential testing: %s", error)

    def undecided(self, source: str, others: Sequence[str]) -> str:
        """An input with which a version and one of the `others` differ, as a sentence; empty if none is known."""
        for number, other in enumerate(others, 1):
            pair = clearest_difference(self.of(source), self.of(other))
            if pair:
                this, that = _sentence(pair[0]), _shortened(pair[1].result)
                return f"The tests leave open: {this} with this revision, {that} with alternative {number}."
        return ""

    def open_question(self, source: str, others: Sequence[str]) -> str:
        """What the tests do not decide between a version and the `others`; empty if nothing is known."""
        undecided = self.undecided(source, others)
        if undecided:
            return undecided
        shared = min((len(self.of(other).keys() & self.of(source).keys()) for other in others), default=0)
        if shared and not any(differing_inputs(self.of(source), self.of(other)) for other in others):
            return f"With {shared} inputs that no test uses, the alternatives do the same."
        return ""

    def contrast(self, alternative: str, best: str) -> str:
        """How an alternative differs from the `best` version; empty if no difference is known."""
        pair = clearest_difference(self.of(alternative), self.of(best))
        return f"{_sentence(pair[0])}, and {_shortened(pair[1].result)} with the first revision." if pair else ""

    def changed(self, source: str, before: str) -> str:
        """An input for which the version `before` returns a value and `source` does something else; empty for none."""
        old, new = self.of(before), self.of(source)
        returned = {number: seen for number, seen in old.items() if seen.result.startswith("returns")}
        pair = clearest_difference(returned, new)
        if pair:
            return f"{_sentence(pair[0])} before the change, and {_shortened(pair[1].result)} after it"
        return (
            "with an input too long to show, it behaves differently than before"
            if differing_inputs(returned, new)
            else ""
        )

    def table_reason(self, task: Task, candidate: Candidate) -> str:
        """Why a version is taken for a table of the inputs that the tests use, in words; empty if it is not."""
        source, before = candidate.source, task.source
        copied = copied_constants(task, candidate)
        if len(copied) < TABLE_CONSTANTS:
            return self._gives_up(source, before, LOOKUP_ERRORS)
        nothing_else = self._changes_nothing_else(source, before)
        if nothing_else:
            return f"it holds {', '.join(copied[:MAX_NAMED])} of the tests, and {nothing_else}"
        return self._gives_up(source, before, NO_ANSWER)

    def _gives_up(self, source: str, before: str, no_answer: Collection[str]) -> str:
        """Whether a version knows no answer for most inputs for which the version `before` returns one, in words."""
        old, new = self.of(before), self.of(source)
        answered = [n for n, seen in old.items() if seen.result.startswith("returns") and seen.result not in NO_ANSWER]
        unanswered = [new[n].result for n in answered if n in new and new[n].result in no_answer]
        if len(answered) < MIN_ANSWERED or len(unanswered) <= len(answered) / 2:
            return ""
        most = max(set(unanswered), key=unanswered.count)
        return f"it {most} for most of {len(answered)} inputs that no test uses, where the function returned a value"

    def _changes_nothing_else(self, source: str, before: str) -> str:
        """Whether two versions do the same with all inputs that no test uses, in words."""
        shared = self.of(source).keys() & self.of(before).keys()
        if len(shared) < MIN_ANSWERED or differing_inputs(self.of(source), self.of(before)):
            return ""
        return f"it does what the function did with all of {len(shared)} inputs that no test uses"

    def agreeing_inputs(self, source: str, before: str) -> int:
        """For how many inputs the two versions do the same."""
        old, new = self.of(before), self.of(source)
        return len(old.keys() & new.keys()) - len(differing_inputs(old, new))

    def of(self, source: str) -> Observations:
        """What a version did with inputs that no test uses; nothing if it was not observed."""
        return self._results.get(source, {})


def _sentence(observation: Observation) -> str:
    return f"{observation.call} {_shortened(observation.result)}"


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[:MAX_VALUE_LENGTH]}..."
