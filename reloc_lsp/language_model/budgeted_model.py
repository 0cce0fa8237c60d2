"""Asking a model within the budget of a search, and what went wrong with it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from reloc_lsp.language_model.reply_parser import Reading, read_reply
from reloc_lsp.search.budget import Spending
from reloc_lsp.search.candidate import Task
from reloc_lsp.search.language_model import (
    Completion,
    LanguageModel,
    Message,
    ModelError,
    PromptTooLong,
    Reply,
    Sampling,
)

MOST_ERRORS = 3
MOST_CUTS = 3
LEAST_ROOM = 500
Prompt = Callable[[int], Sequence[Message]]
"""Makes a prompt for so many tokens of room."""

logger = logging.getLogger(__name__)


class Asking:
    """A model, for one search. `room` is how many tokens a prompt may have; it shrinks where a server refuses it.

    After an error that lasts, or several in a row, the model is asked no more; `complaints` say why. `kinds` counts
    the replies by what was made of them.
    """

    def __init__(self, model: LanguageModel, spending: Spending, sampling: Sampling, room: int) -> None:
        self.model = model
        self.spending = spending
        self.sampling = sampling
        self.room = room
        self.complaints: list[str] = []
        self.kinds: Counter[str] = Counter()
        self._errors = 0
        self._under_way = 0
        self._number = 0

    @property
    def over(self) -> bool:
        """Whether the model is not to be asked any more."""
        spending, budget = self.spending, self.spending.budget
        calls = budget.calls is not None and spending.calls + self._under_way >= budget.calls
        spent = calls or spending.exhausted_model_bound() or spending.exhausted_bound()
        return bool(spent) or self._errors >= MOST_ERRORS

    async def ask(self, prompt: Prompt, count: int = 1) -> Sequence[Reply]:
        """Replies to a prompt: none where the budget is spent or the model does not answer."""
        for _ in range(MOST_CUTS):
            if self.over:
                return ()
            try:
                return (await self._ask(prompt(self.room), count)).replies
            except PromptTooLong as error:
                room = min(error.max_tokens or self.room, self.room) // 2
                if room < LEAST_ROOM:
                    self._complain(error)
                    break
                self.room = room
                self._note(f"The prompts were too long for the model: they were cut to about {room} tokens.")
            except ModelError as error:
                self._complain(error)
                break
        return ()

    async def versions(self, task: Task, parent: str, prompt: Prompt, count: int = 1) -> list[str]:
        """The versions of the function in the replies to a prompt."""
        replies = await self.ask(prompt, count)
        readings = [self._read(task, parent, reply) for reply in replies]
        return [reading.source for reading in readings if reading.source is not None]

    def _read(self, task: Task, parent: str, reply: Reply) -> Reading:
        reading = read_reply(reply.text, task.source, parent, reply.complete)
        self.kinds[reading.kind.value] += 1
        logger.debug("a reply of %d characters: %s", len(reply.text), reading.kind.value)
        return reading

    async def _ask(self, messages: Sequence[Message], count: int) -> Completion:
        self._number += 1
        sampling = self.sampling
        if sampling.seed is not None:
            sampling = replace(sampling, seed=sampling.seed + 1000 * self._number)
        self._under_way += 1
        try:
            answer = await self.model.complete(messages, sampling, count)
        finally:
            self._under_way -= 1
        self._errors = 0
        self.spending.calls += answer.calls
        self.spending.prompt_tokens += answer.usage.prompt_tokens
        self.spending.cached_tokens += answer.usage.cached_tokens
        self.spending.completion_tokens += answer.usage.completion_tokens
        return answer

    def _complain(self, error: ModelError) -> None:
        self._errors = MOST_ERRORS if error.permanent else self._errors + 1
        self._note(str(error))

    def _note(self, sentence: str) -> None:
        if sentence not in self.complaints:
            self.complaints.append(sentence)
            logger.info("%s", sentence)
