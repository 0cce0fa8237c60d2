"""A model on an OpenAI-compatible server."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reloc_lsp.inference.answers.streaming import request_answer
from reloc_lsp.inference.answers.usage import RequestSize
from reloc_lsp.inference.context_window import ContextWindow, reported_context_window
from reloc_lsp.inference.errors import RequestFailure, failure_of
from reloc_lsp.inference.infilling.infiller import Infiller
from reloc_lsp.inference.model_list import (
    Check,
    ListedModel,
    check_model,
    choose_model,
    describe_models,
    list_models,
    unknown_model,
)
from reloc_lsp.inference.openai_client import make_client
from reloc_lsp.inference.prompt import Prompt, chat_prompt
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

_NO_SUCH_FORM = (400, 404, 405, 422, 501)
"""HTTP statuses with which a server refuses a path that it lacks, or a form of request that it does not know there."""

_Answer = tuple[tuple[Reply, ...], Usage]


class Endpoint:
    """A `LanguageModel` on a server. It is used within one event loop, and closed at its end.

    `model` is `None` until the first request if the server is to choose. At most `in_flight` requests are under way at
    once; others wait. `fim` is the setting that says how gaps are filled.
    """

    def __init__(self, server: ServerInfo, model: str | None, in_flight: int, fim: str = "auto") -> None:
        self.model = model
        self._server = server
        self._infiller = Infiller(server, fim, self._described_model)
        self._quirks: defaultdict[str, ServerQuirks] = defaultdict(ServerQuirks)
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
        return await self._replies(chat_prompt(messages), sampling, count)

    async def infill(self, gap: Gap, sampling: Sampling, count: int = 1, stop: Sequence[str] = ()) -> Completion:
        """Up to `count` texts for a gap, in the form that this server knows; see `Infiller`.

        Each ends before the first text in `stop`, and before a special token. Raises `InfillingUnsupported` and
        `ModelError`.
        """
        return await self._infiller.fill(gap, stop, lambda prompt: self._replies(prompt, sampling, count))

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

    async def _replies(self, prompt: Prompt, sampling: Sampling, count: int) -> Completion:
        quirks = self._quirks[prompt.path]
        answers: list[_Answer] = []
        if count == 1 or quirks.most_replies != 1:
            answers.append(await self._request(prompt, sampling, count=count, seed=sampling.seed))
            if len(answers[0][0]) < quirks.replies_at_once(count):
                quirks.most_replies = 1
        replies = [reply for replies, _ in answers for reply in replies]
        if len(replies) < count:
            further = await self._further_answers(prompt, sampling, range(len(replies), count))
            replies += [reply for replies, _ in further for reply in replies]
            answers += further
        return Completion(tuple(replies[:count]), total_usage(usage for _, usage in answers), len(answers))

    async def _further_answers(self, prompt: Prompt, sampling: Sampling, missing: range) -> list[_Answer]:
        """The answers to requests for the replies with the numbers in `missing`.

        They are asked for side by side, or one by one if the server gains nothing from that. Raises the first error if
        there is no reply, neither among these nor an earlier one.
        """
        quirks = self._quirks[prompt.path]

        async def ask(numbers: range) -> _Answer | ModelError:
            seed = None if sampling.seed is None else sampling.seed + numbers.start
            try:
                return await self._request(prompt, sampling, count=len(numbers), seed=seed)
            except ModelError as error:
                return error

        most = quirks.replies_at_once(len(missing))
        parts = [missing[start : start + most] for start in range(0, len(missing), most)]
        if quirks.one_by_one:
            results = []
            for part in parts:
                results.append(await ask(part))
                if isinstance(results[-1], ModelError):
                    break
        else:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(ask(part)) for part in parts]
            results = [task.result() for task in tasks]
        answers = [result for result in results if not isinstance(result, ModelError)]
        errors = [result for result in results if isinstance(result, ModelError)]
        if not answers and missing.start == 0:
            raise errors[0]
        return answers

    async def _request(self, prompt: Prompt, sampling: Sampling, *, count: int, seed: int | None) -> _Answer:
        """The answer to one request, which is sent again as the retry policy says; raises `ModelError`."""
        client = await self._connected_client()

        async def attempt() -> _Answer | RequestFailure:
            async with self._slots:
                return await self._send(client, prompt, sampling, count=count, seed=seed)

        result: _Answer | RequestFailure = await retry_policy(self._server.timeouts)(attempt)
        if isinstance(result, RequestFailure):
            raise result.error
        return result

    async def _send(
        self, client: AsyncOpenAI, prompt: Prompt, sampling: Sampling, *, count: int, seed: int | None
    ) -> _Answer | RequestFailure:
        """One request, adapted to the server for as long as it only refuses parameters."""
        model = await self._chosen_model(client)
        if isinstance(model, RequestFailure):
            return model
        quirks = self._quirks[prompt.path]
        size = RequestSize(prompt.estimate, prompt.most, sampling.max_tokens * count)
        reply_limit: int | None = None
        for _ in range(_MAX_ADAPTATIONS):
            parameters = quirks.parameters(model, prompt, sampling, count=count, seed=seed)
            if reply_limit is not None:
                parameters[quirks.limit_name] = reply_limit
            try:
                return await request_answer(client, prompt, parameters, self._server.timeouts, size)
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
                return await self._not_found(client, model, prompt, failure)
            elif failure.status not in (400, 422) or not quirks.learn_from_refusal(failure.message, parameters):
                break
        refused = failure.foreign or failure.status in _NO_SUCH_FORM
        return self._refused_form(prompt, failure) if prompt.trial and refused else failure

    def _refused_form(self, prompt: Prompt, failure: RequestFailure) -> RequestFailure:
        reason = "not a model server" if failure.foreign else str(failure.status)
        quoted = self._server.quote(failure.message)
        sentence = f"{self.url} cannot {prompt.name} ({': '.join(filter(None, (reason, quoted)))})."
        return RequestFailure(InfillingUnsupported(sentence, permanent=True))

    def _too_long(self, window: ContextWindow, reply_tokens: int) -> PromptTooLong:
        limit = window.prompt_limit(reply_tokens)
        size = f"it has {window.prompt} tokens" if window.prompt else "it is longer"
        context = (
            f", the context {window.context} for prompt and reply together" if window.context else " than the context"
        )
        advice = f"Ask with {limit} at most" if limit else "Ask with less"
        sentence = f"The prompt does not fit into the context of {self.model} at {self.url}: {size}{context}."
        return PromptTooLong(f"{sentence} {advice}, or serve the model with a larger context.", limit)

    async def _not_found(
        self, client: AsyncOpenAI, model: str, prompt: Prompt, failure: RequestFailure
    ) -> RequestFailure:
        """Which of the two a 404 means: the model or the path."""
        models = await list_models(client, self._server)
        if not isinstance(models, RequestFailure) and model not in models:
            return RequestFailure(unknown_model(self._server, model, models))
        if prompt.trial:
            return self._refused_form(prompt, failure)
        if not isinstance(models, RequestFailure) or model in failure.message:
            quoted = self._server.quote(failure.message)
            sentence = f"{self.url} cannot {prompt.name} with the model {model} ({quoted})."
            return RequestFailure(
                ModelError(f"{sentence} Choose another model, or check the base URL.", permanent=True)
            )
        sentence = f"There is no model server at {self.url} (404 for {prompt.path})."
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

    async def _described_model(self) -> ListedModel:
        """What the server reports of the model; only its name is sure."""
        client = await self._connected_client()
        model = await self._chosen_model(client)
        if isinstance(model, RequestFailure):
            raise model.error
        models = await describe_models(client, self._server)
        listed = () if isinstance(models, RequestFailure) else models
        return next((entry for entry in listed if entry.name == model), ListedModel(model))
