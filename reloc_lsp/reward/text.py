"""The text reward as a search asks for it: how near is a candidate to a right version, by its text alone?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from reloc_lsp.reward.errors import RewardError
from reloc_lsp.reward.in_process import InProcess
from reloc_lsp.reward.layout import as_text
from reloc_lsp.reward.served import Served
from reloc_lsp.search.candidate import Candidate, Task
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

    A reward is a logit, which has no bounds. Where the model fails, `note` hears why, once, and from then on every
    candidate has the reward 0: a search without rewards is still a search.
    """

    def __init__(self, scorer: Scorer, note: Callable[[str], None]) -> None:
        self.scorer = scorer
        self.note = note
        self._failed = False

    async def reward(self, task: Task, candidates: Sequence[Candidate]) -> Sequence[float]:
        """One logit per candidate."""
        if self._failed:
            return [0.0] * len(candidates)
        texts = [as_text(task.file, task.qualname, candidate.source) for candidate in candidates]
        try:
            return await asyncio.to_thread(self.scorer.score, texts)
        except RewardError as error:
            self._failed = True
            self.note(f"The search goes on without the reward model. {error}")
            return [0.0] * len(candidates)


def text_reward(chosen: TextRewardSettings, note: Callable[[str], None]) -> TextReward | None:
    """The text reward of the settings, `None` where it is off; raises `RewardError`."""
    scorer = scorer_of(chosen)
    return TextReward(scorer, note) if scorer else None
