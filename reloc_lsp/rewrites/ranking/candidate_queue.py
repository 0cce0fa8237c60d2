"""The neighbours of one node, given out a few at a time: verdicts of those given out reorder those that wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from reloc_lsp.program.swallowing import Swallowing
from reloc_lsp.program.text_edit import apply_edits
from reloc_lsp.rewrites.ranking.features import Features
from reloc_lsp.rewrites.ranking.mutation_feedback import MutationFeedback
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.search.candidate import Candidate, Node
from reloc_lsp.search.interfaces.protocols import RewriteScorer

SECOND_EDIT_PENALTY = 2.0
"""How much less plausible a further edit is than the first one, as a logarithm. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class QueuedRewrite:
    """A rewrite with its `prior_score` and its `plausibility`, which are logarithms.

    One without `features` was not scored: it stays behind all that were, in its place.
    """

    rewrite: Rewrite
    prior_score: float
    plausibility: float
    features: Features = field(default_factory=dict)


class CandidateQueue:
    """The neighbours of `parent` by rewrites that are sorted, best first. Without a scorer their order is final.

    A neighbour that swallows exceptions which the parent lets through is left out.
    """

    def __init__(self, parent: Node, ranked: Sequence[QueuedRewrite], scorer: RewriteScorer | None) -> None:
        self.parent = parent
        self._scorer = scorer
        self._feedback = MutationFeedback()
        self._outdated = False
        # Neighbours are taken from the end of a list, those that were scored first.
        self._scored = [one for one in reversed(ranked) if one.features]
        self._unscored = [one for one in reversed(ranked) if not one.features]
        self._taken: dict[str, Rewrite] = {}
        self._swallowing = Swallowing.of(parent.candidate.source)

    def take(self, count: int) -> list[Candidate]:
        """The next `count` neighbours; fewer where there are no more."""
        if self._outdated:
            self._sort()
        return list(islice(self._candidates(), count))

    def learn(self, node: Node) -> None:
        """Record the verdict of one of the neighbours."""
        rewrite = self._taken.get(node.candidate.source)
        if rewrite is not None and self._scorer is not None:
            self._feedback.record(rewrite, self.parent.verdict, node.verdict)
            self._outdated = True

    def _sort(self) -> None:
        assert self._scorer is not None
        self._outdated = False
        groups = {(one.rewrite.operator, one.rewrite.line) for one in self._scored}
        feedback = {group: self._scorer.feedback(self._feedback.features(*group)) for group in groups}
        self._scored.sort(key=lambda one: one.prior_score + feedback[one.rewrite.operator, one.rewrite.line])

    def _candidates(self) -> Iterator[Candidate]:
        parent = self.parent.candidate
        prior = parent.prior - SECOND_EDIT_PENALTY if parent.depth else 0.0
        while self._scored or self._unscored:
            one = (self._scored or self._unscored).pop()
            rewrite = one.rewrite
            try:
                source = apply_edits(parent.source, rewrite.edits)
            except ValueError:
                continue
            if source == parent.source or source in self._taken:
                continue
            if Swallowing.of(source).exceeds(self._swallowing):
                continue
            self._taken[source] = rewrite
            yield Candidate(
                source, rewrite.operator, rewrite.description, self.parent.identity, parent.depth + 1,
                prior + one.plausibility, parent.trusted, one.features,
            )  # fmt: skip
