"""A language model within the budget of one search: requests, their cost, and the errors of the model."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from reloc_lsp.language_model.cloze.chat_gaps import gap_question, gap_text
from reloc_lsp.language_model.replies.parser_process import ParserProcess
from reloc_lsp.language_model.replies.reply_parser import ParsedReply
from reloc_lsp.language_model.templates.prompt_templates import PromptTemplates
from reloc_lsp.search.budget import Spending
from reloc_lsp.search.candidate import Task
from reloc_lsp.search.interfaces.language_model import (
    Completion,
    Gap,
    InfillingUnsupported,
    LanguageModel,
    Message,
    ModelError,
    PromptTooLong,
    Reply,
    Sampling,
)

MAX_ERRORS = 3
"""Errors in a row after which the model gets no more requests in this search; chosen by hand."""
MAX_ATTEMPTS = 3
"""Requests for one prompt that the server finds too long, each with half the tokens of the last; chosen by hand."""
MIN_PROMPT_TOKENS = 500
"""A prompt with fewer tokens cannot hold a function and its failing tests; chosen by hand."""
SEED_STEP = 1000
"""Distance between the seeds of two requests. Within a request each reply has a seed of its own, so it exceeds them."""

MORE_HEAT = 0.3
"""Added to the temperature each time that a prompt is sent again, so that its replies differ. Chosen by hand."""
MAX_TEMPERATURE = 1.0
"""Highest temperature of a prompt that is sent again. Chosen by hand."""
PROMPT_TOKEN_COST = 0.15
"""Time to read a token of a prompt, as a share of the time to write one. Chosen by hand, between a third, as seen with
half a billion parameters on a busy processor, and the little that it is on a GPU."""

IMPOSSIBLE_USAGE = (
    "The model server reported numbers of tokens that cannot be true. In their place, the most tokens that a call can "
    "have used are counted."
)

PromptBuilder = Callable[[int], Sequence[Message]]
"""Builds a prompt that has at most the given number of tokens."""

logger = logging.getLogger(__name__)


class BudgetedModel:
    """A language model, for one search.

    `prompt_limit` is how many tokens a prompt may have; it shrinks if the server finds a prompt too long. After a
    permanent error, or several errors in a row, the model gets no more requests. `templates` are those of all prompts.
    `notes` are sentences for the user about what went wrong. `reply_kinds` counts the replies by what the parser found
    in them.
    """

    def __init__(
        self,
        model: LanguageModel,
        spending: Spending,
        sampling: Sampling,
        prompt_limit: int,
        templates: PromptTemplates | None = None,
    ) -> None:
        self.templates = templates or PromptTemplates()
        self.model = model
        self.spending = spending
        self.sampling = sampling
        self.prompt_limit = prompt_limit
        self.notes: list[str] = []
        self.reply_kinds: Counter[str] = Counter()
        self._parser = ParserProcess()
        self._refusal = ""
        self._errors = 0
        self._under_way = 0
        self._requests = 0
        self._infills = True
        self._sent: Counter[int] = Counter()

    @property
    def tokens(self) -> float:
        """What the requests have cost so far, in tokens of replies: reading a token of a prompt takes less time."""
        read = self.spending.prompt_tokens - self.spending.cached_tokens
        return self.spending.completion_tokens + PROMPT_TOKEN_COST * read

    @property
    def shares_processors(self) -> bool:
        """Whether the model computes on the processors on which candidates are evaluated."""
        return self.model.shares_processors

    @property
    def exhausted(self) -> bool:
        """Whether the model gets no more requests: the budget is spent, or the model has failed too often."""
        spending, budget = self.spending, self.spending.budget
        calls_spent = budget.calls is not None and spending.calls + self._under_way >= budget.calls
        spent = calls_spent or spending.exhausted_model_bound() or spending.exhausted_bound()
        return bool(spent) or self._errors >= MAX_ERRORS

    async def complete(self, prompt: PromptBuilder, count: int = 1) -> Sequence[Reply]:
        """Up to `count` replies to a prompt; none if the budget is spent or the model fails."""
        for _ in range(MAX_ATTEMPTS):
            if self.exhausted:
                return ()
            try:
                return (await self._request(prompt(self.prompt_limit), count)).replies
            except PromptTooLong as error:
                limit = min(error.max_tokens or self.prompt_limit, self.prompt_limit) // 2
                if limit < MIN_PROMPT_TOKENS:
                    self._record_error(error)
                    break
                self.prompt_limit = limit
                self._note(f"The prompts were too long for the model: they were cut to about {limit} tokens.")
            except ModelError as error:
                self._record_error(error)
                break
        return ()

    async def versions(self, task: Task, parent: str, prompt: PromptBuilder, count: int = 1) -> list[str]:
        """The versions of the function in the replies to a prompt; `parent` is the version that it revises."""
        replies = await self.complete(lambda limit: self._with_refusal(prompt(limit)), count)
        parsed = [await self._parse(task, parent, reply) for reply in replies]
        return [reply.source for reply in parsed if reply.source is not None]

    async def infill(self, gap: Gap, sampling: Sampling, count: int, stop: Sequence[str]) -> Sequence[Reply]:
        """Up to `count` texts for a gap; none if the budget is spent or the model fails.

        A server that cannot fill gaps is asked the same question as a chat from then on.
        """
        if self.exhausted:
            return ()
        try:
            if self._infills:
                try:
                    return (await self._answer(self.model.infill(gap, self._seeded(sampling), count, stop))).replies
                except InfillingUnsupported as error:
                    self._infills = False
                    logger.info("%s The model is asked in a chat instead.", error)
            return await self._infill_by_chat(gap, sampling, count)
        except PromptTooLong as error:
            # Another gap may have less around it, so this says nothing about the server.
            self._note(str(error))
            return ()
        except ModelError as error:
            self._record_error(error)
            return ()

    async def accepted(self, task: Task, parent: str, versions: Sequence[str]) -> list[str]:
        """Those of the `versions` of the function that parse, are within bounds, and differ from their `parent`."""
        parsed = [await self._parse(task, parent, Reply(f"```python\n{version.rstrip()}\n```")) for version in versions]
        return [reply.source for reply in parsed if reply.source is not None]

    def close(self) -> None:
        """End the process that parses replies. The model stays open."""
        self._parser.close()

    def _with_refusal(self, messages: Sequence[Message]) -> Sequence[Message]:
        """The messages, and why the last answer was not used if it exceeded a bound."""
        if not self._refusal:
            return messages
        *first, last = messages
        sentence = f"\n\nYour last answer was not used: {self._refusal}. Write less code, and nest it less."
        return [*first, replace(last, content=last.content + sentence)]

    async def _parse(self, task: Task, parent: str, reply: Reply) -> ParsedReply:
        parsed = await self._parser.parse(reply.text, task.source, parent, reply.complete)
        self.reply_kinds[parsed.kind.value] += 1
        self._refusal = parsed.problem
        if parsed.problem:
            self._note(f"An answer of the model was not used: {parsed.problem}.")
        logger.debug("a reply of %d characters: %s", len(reply.text), parsed.kind.value)
        return parsed

    async def _infill_by_chat(self, gap: Gap, sampling: Sampling, count: int) -> list[Reply]:
        answer = await self._answer(
            self.model.complete(gap_question(gap, self.templates), self._seeded(sampling), count)
        )
        return [Reply(gap_text(reply.text, gap), reply.complete) for reply in answer.replies]

    async def _request(self, messages: Sequence[Message], count: int) -> Completion:
        return await self._answer(self.model.complete(messages, self._heated(messages), count))

    def _seeded(self, sampling: Sampling) -> Sampling:
        """The sampling with a seed that no other request of the search has."""
        self._requests += 1
        if sampling.seed is None:
            return sampling
        return replace(sampling, seed=sampling.seed + SEED_STEP * self._requests)

    def _heated(self, messages: Sequence[Message]) -> Sampling:
        """The sampling for a prompt; each time that the same prompt is sent again, at a higher temperature."""
        key = hash(tuple(messages))
        temperature = min(self.sampling.temperature + MORE_HEAT * self._sent[key], MAX_TEMPERATURE)
        self._sent[key] += 1
        return self._seeded(replace(self.sampling, temperature=max(temperature, self.sampling.temperature)))

    async def _answer(self, request: Awaitable[Completion]) -> Completion:
        """The answer to a request, whose cost is counted."""
        self._under_way += 1
        try:
            answer = await request
        finally:
            self._under_way -= 1
        self._errors = 0
        self.spending.calls += answer.calls
        self.spending.prompt_tokens += answer.usage.prompt_tokens
        self.spending.cached_tokens += answer.usage.cached_tokens
        self.spending.completion_tokens += answer.usage.completion_tokens
        if not answer.usage.possible:
            self._note(IMPOSSIBLE_USAGE)
        return answer

    def _record_error(self, error: ModelError) -> None:
        self._errors = MAX_ERRORS if error.permanent else self._errors + 1
        self._note(str(error))

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)
            logger.info("%s", sentence)
