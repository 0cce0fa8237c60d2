"""A model and the tests on the processors of one machine: a call of the model takes the place of one candidate."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from reloc_lsp.search.interfaces.language_model import Completion, Gap, LanguageModel, Message, Sampling


class ProcessorSharingModel:
    """A language model on this machine's processors that computes while one of the `slots` for candidates is free.

    A thread of the server that competes with a test writes a few tokens a second. With a single slot the two would wait
    for each other, so they share it as the operating system decides.
    """

    shares_processors = True

    def __init__(self, model: LanguageModel, slots: asyncio.Semaphore) -> None:
        self._model = model
        self._slots = slots

    async def complete(self, messages: Sequence[Message], sampling: Sampling, count: int = 1) -> Completion:
        """The model's replies to one prompt, asked for when a slot is free."""
        async with self._slots:
            return await self._model.complete(messages, sampling, count)

    async def infill(self, gap: Gap, sampling: Sampling, count: int = 1, stop: Sequence[str] = ()) -> Completion:
        """The model's texts for a gap, asked for when a slot is free."""
        async with self._slots:
            return await self._model.infill(gap, sampling, count, stop)

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()


def sharing_processors(model: LanguageModel | None, slots: asyncio.Semaphore, workers: int) -> LanguageModel | None:
    """The model, whose calls take a slot if it computes on this machine's processors and there are several workers."""
    if model is None or not model.shares_processors or workers == 1:
        return model
    return ProcessorSharingModel(model, slots)
