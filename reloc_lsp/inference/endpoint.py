"""A chat model behind an OpenAI-compatible address."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from reloc_lsp.inference.context_window import told_room
from reloc_lsp.inference.model_list import Check, checked, first_model, listed_models, unknown_model
from reloc_lsp.inference.openai_client import make_client
from reloc_lsp.inference.server_errors import ServerInfo
from reloc_lsp.inference.server_quirks import Dialect
from reloc_lsp.inference.streaming import exchange
from reloc_lsp.inference.unreachable import Trouble
from reloc_lsp.search.language_model import (
    Completion,
    Message,
    ModelError,
    PromptTooLong,
    Reply,
    Sampling,
    Usage,
    total_usage,
)
from reloc_lsp.search.token_estimate import estimate_prompt_tokens

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

_MOST_WORDINGS = 10
"""How often a request is put in other words: as often as there are things to leave out, and to shorten."""

_Outcome = tuple[tuple[Reply, ...], Usage]


class Endpoint:
    """A `LanguageModel` on a server; used within one event loop, and closed at its end.

    `model` is none until the first question where the server is to choose. No more than `in_flight` requests are
    under way at once; others wait.
    """

    def __init__(self, site: ServerInfo, model: str | None, in_flight: int) -> None:
        self.model = model
        self._site = site
        self._dialect = Dialect()
        self._slots = asyncio.Semaphore(in_flight)
        self._making = asyncio.Lock()
        self._made: AsyncOpenAI | None = None

    @property
    def url(self) -> str:
        """The base URL, without a login."""
        return self._site.address.url

    async def complete(self, messages: Sequence[Message], sampling: Sampling, count: int = 1) -> Completion:
        """`count` replies to one prompt, possibly fewer; `calls` are the requests that were answered.

        All are asked for in one request if the server gives that many, the missing ones in requests of their own, all
        at once and each with another seed. Raises `ModelError` if no reply came at all. Cancelling it closes the
        connections, and with that stops the server's work.
        """
        outcomes: list[_Outcome] = []
        if count == 1 or self._dialect.honours_n:
            outcomes.append(await self._persist(lambda: self._send(messages, sampling, count, sampling.seed)))
        missing = count - sum(len(replies) for replies, _ in outcomes)
        if missing > 0:
            self._dialect.honours_n = False
            outcomes += await self._apart(messages, sampling, missing, len(outcomes))
        replies = [reply for replies, _ in outcomes for reply in replies]
        return Completion(tuple(replies[:count]), total_usage(usage for _, usage in outcomes), len(outcomes))

    async def check(self) -> Check:
        """Whether the server answers and has the model; for a look at things, without waiting for a server to start."""
        try:
            return checked(self._site, self.model, await listed_models(await self._client(), self._site))
        except ModelError as error:
            return Check(False, (), str(error))

    async def close(self) -> None:
        """Close all connections."""
        if self._made is not None:
            await self._made.close()

    async def _apart(self, messages: Sequence[Message], sampling: Sampling, missing: int, first: int) -> list[_Outcome]:
        """One reply each from `missing` requests at once; raises the first error only where nothing is in hand."""

        async def one(number: int) -> _Outcome | ModelError:
            seed = None if sampling.seed is None else sampling.seed + number
            try:
                return await self._persist(lambda: self._send(messages, sampling, 1, seed))
            except ModelError as error:
                return error

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(number)) for number in range(first, first + missing)]
        results = [task.result() for task in tasks]
        errors = [result for result in results if isinstance(result, ModelError)]
        if len(errors) == len(results) and first == 0:
            raise errors[0]
        return [result for result in results if not isinstance(result, ModelError)]

    async def _persist(self, send: Callable[[], Awaitable[_T | Trouble]]) -> _T:
        """What `send` gives, sent again while its trouble may pass and patience lasts; raises its `ModelError`."""
        patience, now = self._site.patience, asyncio.get_running_loop().time
        started, attempt = now(), 1
        while True:
            async with self._slots:
                result = await send()
            if not isinstance(result, Trouble):
                return result
            attempt += 1
            pause = patience.pause_before(attempt, now() - started, result.after) if result.again else None
            if pause is None:
                raise result.error
            _log.info("Asking again in %.1f s (%d of %d). %s", pause, attempt, patience.attempts, result.error)
            await asyncio.sleep(pause)

    async def _send(
        self, messages: Sequence[Message], sampling: Sampling, count: int, seed: int | None
    ) -> _Outcome | Trouble:
        """One request, put in other words for as long as the server only objects to how it is put."""
        client, model = await self._client(), await self._chosen()
        if isinstance(model, Trouble):
            return model
        dialect, estimate = self._dialect, estimate_prompt_tokens(messages)
        allowed: int | None = None
        for _ in range(_MOST_WORDINGS):
            parameters = dialect.parameters(model, messages, sampling, count, seed)
            if allowed is not None:
                parameters[dialect.bound] = allowed
            try:
                return await exchange(client, parameters, self._site.patience, estimate)
            except Exception as error:
                trouble = self._site.trouble(error)
            told = told_room(trouble.words, trouble.body)
            if told is not None:
                room = dialect.learn_room(told)
                allowed = room.for_reply(sampling.max_tokens, estimate, sent=parameters[dialect.bound])
                if allowed is None:
                    return Trouble(self._too_long(room.prompt, room.context, room.for_prompt(sampling.max_tokens)))
            elif trouble.status == 404 or "model_not_found" in str(trouble.body):
                return await self._not_found(client, model, trouble)
            elif trouble.status not in (400, 422) or not dialect.learn(trouble.words, parameters):
                break
        return trouble

    def _too_long(self, prompt: int | None, context: int | None, most: int | None) -> PromptTooLong:
        has = f"it has {prompt} tokens" if prompt else "it is longer"
        holds = f", the context {context} for prompt and reply together" if context else " than the context"
        advice = f"Ask with {most} at most" if most else "Ask with less"
        sentence = f"The prompt does not fit into the context of {self.model} at {self.url}: {has}{holds}."
        return PromptTooLong(f"{sentence} {advice}, or serve the model with a larger context.", most)

    async def _not_found(self, client: AsyncOpenAI, model: str, trouble: Trouble) -> Trouble:
        """Whether a 404 means the model or the path."""
        models = await listed_models(client, self._site)
        if not isinstance(models, Trouble) and model not in models:
            return Trouble(unknown_model(self._site, model, models))
        if not isinstance(models, Trouble) or model in trouble.words:
            sentence = f"{self.url} cannot chat with the model {model} ({self._site.quoted(trouble.words)})."
            return Trouble(ModelError(f"{sentence} Choose another model, or check the base URL.", permanent=True))
        sentence = f"There is no model server at {self.url} (404 for /chat/completions)."
        return Trouble(ModelError(f"{sentence} Check the base URL{self._site.hint()}.", permanent=True))

    async def _client(self) -> AsyncOpenAI:
        async with self._making:
            if self._made is None:
                self._made = await asyncio.to_thread(make_client, self._site)
            return self._made

    async def _chosen(self) -> str | Trouble:
        client = await self._client()
        async with self._making:
            if self.model is None:
                models = await listed_models(client, self._site)
                chosen = models if isinstance(models, Trouble) else first_model(self._site, models)
                if not isinstance(chosen, str):
                    return chosen if isinstance(chosen, Trouble) else Trouble(chosen)
                self.model = chosen
            return self.model
