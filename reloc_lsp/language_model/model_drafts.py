"""Drafts from observations about the problem (ReLoc 3.1)."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Sequence

from reloc_lsp.language_model.budgeted_model import Asking
from reloc_lsp.language_model.numbered_lists import listed
from reloc_lsp.language_model.prompts import Prompts
from reloc_lsp.search.candidate import Candidate, Task

OBSERVATIONS = 5


class ModelDrafter:
    """One call for observations, then a draft for each of `count` pairs of them, all at once."""

    def __init__(self, asking: Asking, prompts: Prompts, count: int = 5, seed: int = 0) -> None:
        self.asking = asking
        self.prompts = prompts
        self.count = count
        self.seed = seed

    async def draft(self, task: Task) -> Sequence[Candidate]:
        """The drafts that could be read; without observations they are drawn from the same plain prompt."""
        replies = await self.asking.ask(lambda room: self.prompts.observe(OBSERVATIONS, room))
        _, observations = listed(replies[0].text, OBSERVATIONS) if replies else ("", [])
        pairs: list[tuple[str, ...]] = [*itertools.combinations(observations, 2)] or [()] * self.count
        chosen = random.Random(self.seed).sample(pairs, min(self.count, len(pairs)))
        drafts = await asyncio.gather(*(self._draft(task, pair) for pair in chosen))
        return [candidate for draft in drafts for candidate in draft]

    async def _draft(self, task: Task, pair: Sequence[str]) -> list[Candidate]:
        versions = await self.asking.versions(task, task.source, lambda room: self.prompts.draft(pair, room))
        said = "; ".join(pair) or "written anew"
        return [Candidate(source, "model: draft", said, 0, 1) for source in versions]


class Samples:
    """Drafts all drawn from one prompt, for best-of-N."""

    def __init__(self, asking: Asking, prompts: Prompts, count: int) -> None:
        self.asking = asking
        self.prompts = prompts
        self.count = count

    async def draft(self, task: Task) -> Sequence[Candidate]:
        """The drafts that could be read."""
        versions = await self.asking.versions(task, task.source, lambda room: self.prompts.draft((), room), self.count)
        return [Candidate(source, "model: draft", "written anew", 0, 1) for source in versions]
