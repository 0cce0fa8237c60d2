"""The answer among the revisions that pass all tests, and how likely it is right."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from reloc_lsp.revision.confidence import confidence_in
from reloc_lsp.revision.proposal import Proposal
from reloc_lsp.revision.run_context import MAX_ALTERNATIVES, RunContext
from reloc_lsp.search.candidate import Candidate, Node
from reloc_lsp.search.patches.patch_choice import PatchChoice, choose
from reloc_lsp.search.patches.patch_ranking import implausibility, is_likely_overfitted, rank_patches

MAX_COMPARED = 12
"""Passing revisions, the most plausible first, that are called with inputs that no test uses. Chosen by hand."""
COMPARE = "Compare it with the alternatives before you apply it."
WHICH = "Other revisions pass too and do something else. Which one do you mean?"


class AnswerChoice:
    """The passing revisions of one search, the likeliest answer first."""

    def __init__(self, context: RunContext, choice: PatchChoice) -> None:
        self._context = context
        self._choice = choice

    @classmethod
    async def among(cls, context: RunContext, passing: Sequence[Node]) -> AnswerChoice:
        """The choice among `passing` revisions by what is known of them so far.

        Ranking is done in a thread, because a model's versions may be long.
        """
        ranked = await asyncio.to_thread(rank_patches, context.task, passing)
        return cls(context, await asyncio.to_thread(choose, context.task, ranked, context.behaviours.of))

    @property
    def first(self) -> Node | None:
        """The likeliest answer that was not rejected."""
        return next((node for node in self._choice.ranked if not node.rejected), None)

    def compared(self, minimized: Candidate, others: Sequence[Node]) -> list[str]:
        """The sources of the versions that are called with further inputs while the `minimized` answer is confirmed.

        A model's code is called only if it may be proposed, and beside the unchanged unit.
        """
        ranked = self._choice.ranked
        sources = [node.candidate.source for node in ranked[:MAX_COMPARED]] if self._all_trusted else []
        sources += [minimized.source, *(other.candidate.source for other in others)]
        if not minimized.trusted:
            sources.insert(0, self._context.task.source)
        alone = len(ranked) == 1 and minimized.trusted
        return [] if alone else list(dict.fromkeys(sources))

    async def after_observation(self) -> AnswerChoice:
        """The choice with what was observed since; the same if a model wrote a revision."""
        return await self.among(self._context, self._choice.ranked) if self._all_trusted else self

    @property
    def _all_trusted(self) -> bool:
        return all(node.candidate.trusted for node in self._choice.ranked)

    def alternatives(self, node: Node) -> list[Node]:
        """The best revisions besides `node` that may be proposed, first one of each other behaviour."""
        others = (other for other in self._choice.others(node) if not other.rejected)
        return list(
            islice((other for other in others if not self._context.is_refused(other.candidate)), MAX_ALTERNATIVES)
        )

    def with_alternatives(self, proposal: Proposal, node: Node, source: str, others: Sequence[Node]) -> Proposal:
        """The proposal of `node`, minimized to `source`, with `others` as alternatives, and how likely it is right.

        How likely a model's code is right is not known.
        """
        scores = [round(-implausibility(self._context.task, other.candidate), 3) for other in others]
        proposal = self._context.with_alternatives(proposal, source=source, others=others, scores=scores)
        if not node.candidate.trusted:
            return proposal
        undecided = self._context.behaviours.undecided(source, [other.candidate.source for other in others])
        overfitted = is_likely_overfitted(self._context.task, node.candidate)
        confidence = confidence_in(self._choice.class_of(node).share, overfitted, undecided)
        text, message = confidence.text, proposal.message
        if confidence.question:
            text, message = f"{text} {COMPARE}", f"{message} {WHICH} {undecided}"
        return replace(proposal, message=message, confidence=confidence, why=(*proposal.why, text))
