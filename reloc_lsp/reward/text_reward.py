"""The text reward as a search asks for it: how near is a candidate to a right version, by its text alone?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from reloc_lsp.reward.errors import RewardError
from reloc_lsp.reward.prompt_format import as_text
from reloc_lsp.reward.transformers_scorer import InProcess
from reloc_lsp.reward.vllm_scorer import Served
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.verdict import Verdict
from reloc_lsp.settings import TextRewardSettings


class Scorer(Protocol):
    """A reward model, wherever it runs."""

    def score(self, texts: Sequence[str]) -> list[float]:
        """The logit for each text, higher is nearer; raises `RewardError`."""
        ...


def scorer_of(chosen: TextRewardSettings) -> Scorer | None:
    """The model that the settings choose, not loaded and not asked yet; `None` where they choose none.

    Raises `RewardError`.
    """
    if chosen.base_url:
        return Served(chosen.base_url, chosen.model, chosen.key_variable)
    return InProcess(chosen.model) if chosen.model else None


class TextReward:
    """`search.protocols.Reward` by a text model; the candidates of a round are scored at once, beside the search.

    Without `everything` only those are scored of which as many tests pass as before: no other can be gone on from where
    tests come first. A reward is a logit, which has no bounds. Where the model fails, `note` hears why, once, and from
    then on every candidate has the reward 0: a search without rewards is still a search.
    """

    def __init__(self, scorer: Scorer, note: Callable[[str], None], *, everything: bool = False) -> None:
        self.scorer = scorer
        self.note = note
        self.everything = everything
        self._failed = False

    async def reward(
        self, task: Task, candidates: Sequence[Candidate], verdicts: Sequence[Verdict], parents: Sequence[Node]
    ) -> Sequence[float]:
        """One logit per candidate, 0 for those that are not scored."""
        rewards = [0.0] * len(candidates)
        least = -1 if self.everything else task.verdict.passed
        places = [n for n, verdict in enumerate(verdicts) if verdict.possible_passes >= least]
        if self._failed or not places:
            return rewards
        texts = [as_text(task.file, task.qualname, candidates[n].source) for n in places]
        try:
            for place, logit in zip(places, await asyncio.to_thread(self.scorer.score, texts), strict=True):
                rewards[place] = logit
        except RewardError as error:
            self._failed = True
            self.note(f"The search goes on without the reward model. {error}")
        return rewards


def text_reward(
    chosen: TextRewardSettings, note: Callable[[str], None], *, everything: bool = False
) -> TextReward | None:
    """The text reward of the settings, `None` where it is off; raises `RewardError`."""
    scorer = scorer_of(chosen)
    return TextReward(scorer, note, everything=everything) if scorer else None
