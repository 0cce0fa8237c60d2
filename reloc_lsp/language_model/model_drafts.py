"""Drafts of a model (ReLoc paper, section 3.1)."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Sequence

from reloc_lsp.language_model.budgeted_model import BudgetedModel
from reloc_lsp.language_model.prompts import Prompts
from reloc_lsp.language_model.replies.numbered_lists import parse_list
from reloc_lsp.search.candidate import Candidate, Task

OBSERVATIONS = 5
"""Observations about the problem that one request asks for, as in the authors' released code."""


class ModelDrafter:
    """Drafts from observations: one request for them, then one for each of `count` pairs of them, in parallel."""

    def __init__(self, model: BudgetedModel, prompts: Prompts, count: int = 5, seed: int = 0) -> None:
        self.model = model
        self.prompts = prompts
        self.count = count
        self.seed = seed

    async def draft(self, task: Task) -> Sequence[Candidate]:
        """The drafts that could be parsed; without observations all are drawn from the same plain prompt."""
        replies = await self.model.complete(lambda limit: self.prompts.observe(OBSERVATIONS, limit))
        _, observations = parse_list(replies[0].text, OBSERVATIONS) if replies else ("", [])
        pairs: list[tuple[str, ...]] = [*itertools.combinations(observations, 2)] or [()] * self.count
        chosen = random.Random(self.seed).sample(pairs, min(self.count, len(pairs)))
        drafts = await asyncio.gather(*(self._draft(task, pair) for pair in chosen))
        return [candidate for draft in drafts for candidate in draft]

    async def _draft(self, task: Task, pair: Sequence[str]) -> list[Candidate]:
        versions = await self.model.versions(task, task.source, lambda limit: self.prompts.draft(pair, limit))
        description = "; ".join(pair) or "written anew"
        return [Candidate(source, "model: draft", description, 0, 1) for source in versions]


class PlainDrafter:
    """Drafts that are all drawn from one prompt, for best-of-N."""

    def __init__(self, model: BudgetedModel, prompts: Prompts, count: int) -> None:
        self.model = model
        self.prompts = prompts
        self.count = count

    async def draft(self, task: Task) -> Sequence[Candidate]:
        """The drafts that could be parsed."""
        versions = await self.model.versions(task, task.source, lambda limit: self.prompts.draft((), limit), self.count)
        return [Candidate(source, "model: draft", "written anew", 0, 1) for source in versions]
