"""The neighbours of one node, given out a few at a time: what was judged of them moves those that wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from reloc_lsp.program.text_edit import apply_edits
from reloc_lsp.rewrites.ranking.features import Features
from reloc_lsp.rewrites.ranking.mutation_feedback import MutationFeedback
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.search.candidate import Candidate, Node
from reloc_lsp.search.protocols import RewriteScorer

SECOND_EDIT = 2.0
"""What a further edit costs, as the logarithm of how much rarer it is than a single one."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A rewrite with its `prior_score` and its `plausibility`, which are logarithms.

    One without `features` was not weighed, and stands behind all that were, where it stays.
    """

    rewrite: Rewrite
    prior_score: float
    plausibility: float
    features: Features = field(default_factory=dict)


class CandidateQueue:
    """The neighbours of `parent` by `ranked` rewrites, the best first; their order is final without `foresight`."""

    def __init__(self, parent: Node, ranked: Sequence[Ranked], foresight: RewriteScorer | None) -> None:
        self.parent = parent
        self._foresight = foresight
        self._lessons = MutationFeedback()
        self._heard = False
        # From their ends neighbours are taken: first those that were weighed.
        self._waiting = [one for one in reversed(ranked) if one.features]
        self._last = [one for one in reversed(ranked) if not one.features]
        self._given: dict[str, Rewrite] = {}

    def take(self, count: int) -> list[Candidate]:
        """The next `count` neighbours; fewer where there are no more."""
        if self._heard:
            self._sort()
        return list(islice(self._candidates(), count))

    def learn(self, node: Node) -> None:
        """Take note of how one of them fared."""
        rewrite = self._given.get(node.candidate.source)
        if rewrite is not None and self._foresight is not None:
            self._lessons.hear(rewrite, self.parent.verdict, node.verdict)
            self._heard = True

    def _sort(self) -> None:
        assert self._foresight is not None
        self._heard = False
        kinds = {(one.rewrite.operator, one.rewrite.line) for one in self._waiting}
        lessons = {kind: self._foresight.feedback(self._lessons.features(*kind)) for kind in kinds}
        self._waiting.sort(key=lambda one: one.prior_score + lessons[one.rewrite.operator, one.rewrite.line])

    def _candidates(self) -> Iterator[Candidate]:
        parent = self.parent.candidate
        before = parent.prior - SECOND_EDIT if parent.depth else 0.0
        while self._waiting or self._last:
            one = (self._waiting or self._last).pop()
            rewrite = one.rewrite
            try:
                source = apply_edits(parent.source, rewrite.edits)
            except ValueError:
                continue
            if source == parent.source or source in self._given:
                continue
            self._given[source] = rewrite
            yield Candidate(
                source, rewrite.operator, rewrite.description, self.parent.identity, parent.depth + 1,
                before + one.plausibility, parent.trusted, one.features,
            )  # fmt: skip
