"""A chat model on an OpenAI-compatible server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reloc_lsp.inference.answers.streaming import request_answer
from reloc_lsp.inference.answers.usage import RequestSize
from reloc_lsp.inference.context_window import ContextWindow, reported_context_window
from reloc_lsp.inference.errors import RequestFailure, failure_of
from reloc_lsp.inference.model_list import Check, check_model, choose_model, list_models, unknown_model
from reloc_lsp.inference.openai_client import make_client
from reloc_lsp.inference.retrying import retry_policy
from reloc_lsp.inference.server_info import ServerInfo
from reloc_lsp.inference.server_quirks import ServerQuirks
from reloc_lsp.search.interfaces.language_model import (
    Completion,
    Gap,
    InfillingUnsupported,
    Message,
    ModelError,
    PromptTooLong,
    Reply,
    Sampling,
    Usage,
    total_usage,
)

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_MAX_ADAPTATIONS = 10
"""How often a refused request is adapted to the server: at least once for each parameter to omit, rename or lower."""

_Answer = tuple[tuple[Reply, ...], Usage]


class Endpoint:
    """A `LanguageModel` on a server. It is used within one event loop, and closed at its end.

    `model` is `None` until the first request if the server is to choose. At most `in_flight` requests are under way at
    once; others wait.
    """

    def __init__(self, server: ServerInfo, model: str | None, in_flight: int) -> None:
        self.model = model
        self._server = server
        self._quirks = ServerQuirks()
        self._slots = asyncio.Semaphore(in_flight)
        self._lock = asyncio.Lock()
        self._client: AsyncOpenAI | None = None

    @property
    def url(self) -> str:
        """The base URL, without a login."""
        return self._server.address.url

    @property
    def shares_processors(self) -> bool:
        """Whether the server computes on the processors of this machine."""
        return self._server.shares_processors

    async def complete(self, messages: Sequence[Message], sampling: Sampling, count: int = 1) -> Completion:
        """Up to `count` replies to one prompt; `calls` is the number of requests that were answered.

        One request asks for all replies. If the server does not give that many, the missing ones come from single
        requests in parallel, each with another seed. Raises `ModelError` if there is no reply at all. Cancellation
        closes the connections, which stops the work of the server.
        """
        answers: list[_Answer] = []
        if count == 1 or self._quirks.supports_n:
            answers.append(await self._request(messages, sampling, count=count, seed=sampling.seed))
        missing = count - sum(len(replies) for replies, _ in answers)
        if missing > 0:
            self._quirks.supports_n = False
            answers += await self._single_requests(messages, sampling, missing=missing, first=len(answers))
        replies = [reply for replies, _ in answers for reply in replies]
        return Completion(tuple(replies[:count]), total_usage(usage for _, usage in answers), len(answers))

    async def infill(self, gap: Gap, sampling: Sampling, count: int = 1, stop: Sequence[str] = ()) -> Completion:
        """Raises `InfillingUnsupported`."""
        raise InfillingUnsupported(f"{self.url} cannot fill gaps.")

    async def check(self) -> Check:
        """Whether the server answers and has the model; does not wait for a server that is starting."""
        try:
            models = await list_models(await self._connected_client(), self._server)
            return check_model(self._server, self.model, models)
        except ModelError as error:
            return Check(False, (), str(error))

    async def close(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.close()

    async def _single_requests(
        self, messages: Sequence[Message], sampling: Sampling, *, missing: int, first: int
    ) -> list[_Answer]:
        """The answers to `missing` requests for one reply each, in parallel; `first` is the number of the first one.

        Raises the first error if there is no answer, neither from these requests nor from an earlier one.
        """

        async def single(number: int) -> _Answer | ModelError:
            seed = None if sampling.seed is None else sampling.seed + number
            try:
                return await self._request(messages, sampling, count=1, seed=seed)
            except ModelError as error:
                return error

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(single(number)) for number in range(first, first + missing)]
        results = [task.result() for task in tasks]
        errors = [result for result in results if isinstance(result, ModelError)]
        if len(errors) == len(results) and first == 0:
            raise errors[0]
        return [result for result in results if not isinstance(result, ModelError)]

    async def _request(
        self, messages: Sequence[Message], sampling: Sampling, *, count: int, seed: int | None
    ) -> _Answer:
        """The answer to one request, which is sent again as the retry policy says; raises `ModelError`."""
        client = await self._connected_client()

        async def attempt() -> _Answer | RequestFailure:
            async with self._slots:
                return await self._send(client, messages, sampling, count=count, seed=seed)

        result: _Answer | RequestFailure = await retry_policy(self._server.timeouts)(attempt)
        if isinstance(result, RequestFailure):
            raise result.error
        return result

    async def _send(
        self, client: AsyncOpenAI, messages: Sequence[Message], sampling: Sampling, *, count: int, seed: int | None
    ) -> _Answer | RequestFailure:
        """One request, adapted to the server for as long as it only refuses parameters."""
        model = await self._chosen_model(client)
        if isinstance(model, RequestFailure):
            return model
        quirks = self._quirks
        size = RequestSize.of(messages, sampling.max_tokens, count)
        reply_limit: int | None = None
        for _ in range(_MAX_ADAPTATIONS):
            parameters = quirks.parameters(model, messages, sampling, count=count, seed=seed)
            if reply_limit is not None:
                parameters[quirks.limit_name] = reply_limit
            try:
                return await request_answer(client, parameters, self._server.timeouts, size)
            except Exception as error:
                failure = failure_of(error, self._server)
            reported = reported_context_window(failure.message, failure.body)
            if reported is not None:
                window = quirks.learn_context_window(reported)
                refused = parameters[quirks.limit_name]
                reply_limit = window.reply_limit(sampling.max_tokens, size.prompt_estimate, refused)
                if reply_limit is None:
                    return RequestFailure(self._too_long(window, sampling.max_tokens))
            elif failure.status == 404 or failure.code == "model_not_found":
                return await self._not_found(client, model, failure)
            elif failure.status not in (400, 422) or not quirks.learn_from_refusal(failure.message, parameters):
                break
        return failure

    def _too_long(self, window: ContextWindow, reply_tokens: int) -> PromptTooLong:
        limit = window.prompt_limit(reply_tokens)
        size = f"it has {window.prompt} tokens" if window.prompt else "it is longer"
        context = (
            f", the context {window.context} for prompt and reply together" if window.context else " than the context"
        )
        advice = f"Ask with {limit} at most" if limit else "Ask with less"
        sentence = f"The prompt does not fit into the context of {self.model} at {self.url}: {size}{context}."
        return PromptTooLong(f"{sentence} {advice}, or serve the model with a larger context.", limit)

    async def _not_found(self, client: AsyncOpenAI, model: str, failure: RequestFailure) -> RequestFailure:
        """Which of the two a 404 means: the model or the path."""
        models = await list_models(client, self._server)
        if not isinstance(models, RequestFailure) and model not in models:
            return RequestFailure(unknown_model(self._server, model, models))
        if not isinstance(models, RequestFailure) or model in failure.message:
            quoted = self._server.quote(failure.message)
            sentence = f"{self.url} cannot chat with the model {model} ({quoted})."
            return RequestFailure(
                ModelError(f"{sentence} Choose another model, or check the base URL.", permanent=True)
            )
        sentence = f"There is no model server at {self.url} (404 for /chat/completions)."
        hint = self._server.base_url_hint()
        return RequestFailure(ModelError(f"{sentence} Check the base URL{hint}.", permanent=True))

    async def _connected_client(self) -> AsyncOpenAI:
        async with self._lock:
            if self._client is None:
                self._client = await asyncio.to_thread(make_client, self._server)
            return self._client

    async def _chosen_model(self, client: AsyncOpenAI) -> str | RequestFailure:
        async with self._lock:
            if self.model is None:
                models = await list_models(client, self._server)
                chosen = models if isinstance(models, RequestFailure) else choose_model(self._server, models)
                if not isinstance(chosen, str):
                    return chosen if isinstance(chosen, RequestFailure) else RequestFailure(chosen)
                self.model = chosen
            return self.model
