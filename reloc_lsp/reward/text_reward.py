"""The text reward: a reward model reads a candidate's code and estimates how close it is to correct."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from reloc_lsp.reward.errors import RewardError
from reloc_lsp.reward.prompt_format import prompt_text
from reloc_lsp.reward.transformers_scorer import TransformersScorer
from reloc_lsp.reward.vllm_scorer import VllmScorer
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.verdict import Verdict
from reloc_lsp.settings import TextRewardSettings


class Scorer(Protocol):
    """A reward model, in this process or behind a server."""

    def score(self, texts: Sequence[str]) -> list[float]:
        """The logit of each text, higher is closer to correct; raises `RewardError`."""
        ...


def configured_scorer(chosen: TextRewardSettings) -> Scorer | None:
    """The model named in the settings, not loaded and not contacted yet; `None` if none is named.

    Raises `RewardError`.
    """
    if chosen.base_url:
        return VllmScorer(chosen.base_url, chosen.model, chosen.key_variable)
    return TransformersScorer(chosen.model) if chosen.model else None


class TextReward:
    """A `search.protocols.Reward` by a text model. The candidates of a round are scored in one call, in a thread.

    Candidates that may pass fewer tests than the unchanged unit are scored only with `score_all`: where tests decide
    first, the search never goes on from them. A reward is a logit and has no bounds. When the model fails, `note`
    receives the reason, once, and from then on every reward is 0, so that the search can continue.
    """

    def __init__(self, scorer: Scorer, note: Callable[[str], None], *, score_all: bool = False) -> None:
        self.scorer = scorer
        self.note = note
        self.score_all = score_all
        self._failed = False

    async def reward(
        self, task: Task, candidates: Sequence[Candidate], verdicts: Sequence[Verdict], parents: Sequence[Node]
    ) -> Sequence[float]:
        """One logit per candidate; 0 for candidates that are not scored."""
        rewards = [0.0] * len(candidates)
        least = -1 if self.score_all else task.verdict.passed
        indices = [n for n, verdict in enumerate(verdicts) if verdict.possible_passes >= least]
        if self._failed or not indices:
            return rewards
        texts = [prompt_text(task.file, task.qualname, candidates[n].source) for n in indices]
        try:
            for index, logit in zip(indices, await asyncio.to_thread(self.scorer.score, texts), strict=True):
                rewards[index] = logit
        except RewardError as error:
            self._failed = True
            self.note(f"The search goes on without the reward model. {error}")
        return rewards


def text_reward(
    chosen: TextRewardSettings, note: Callable[[str], None], *, score_all: bool = False
) -> TextReward | None:
    """The text reward of the settings; `None` if it is off. Raises `RewardError`."""
    scorer = configured_scorer(chosen)
    return TextReward(scorer, note, score_all=score_all) if scorer else None
