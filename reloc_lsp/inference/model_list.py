"""The models that a server reports, and which of them to use."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reloc_lsp.inference.errors import RequestFailure, UnusableAnswerError, failure_of
from reloc_lsp.inference.server_info import ServerInfo
from reloc_lsp.search.interfaces.language_model import ModelError

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_MAX_NAMES = 8
"""Models that a message names; chosen by hand."""


@dataclass(frozen=True, slots=True)
class Check:
    """Whether requests to a model can succeed, the models of its server, and a sentence about both."""

    usable: bool
    models: tuple[str, ...]
    sentence: str


async def list_models(client: AsyncOpenAI, server: ServerInfo) -> tuple[str, ...] | RequestFailure:
    """The names at `/models`, or why they could not be read."""
    url = server.address.url
    try:
        async with asyncio.timeout(server.timeouts.listing):
            response = await client.models.with_raw_response.list()
        return _names(response.http_response.text)
    except TimeoutError:
        sentence = (
            f"{url} did not say within {server.timeouts.listing:g} s which models it has. It is stuck, overloaded or "
            "still starting; look at the log of the model server."
        )
        return RequestFailure(ModelError(sentence))
    except Exception as error:
        failure = failure_of(error, server)
    if failure.status == 404:
        sentence = f"There is no list of models at {url}/models. Check the base URL{server.base_url_hint()}."
        return RequestFailure(ModelError(sentence, permanent=True), status=404)
    return failure


def _names(text: str) -> tuple[str, ...]:
    if not text.strip():
        raise UnusableAnswerError("is empty")
    if text.lstrip().startswith("<"):
        raise UnusableAnswerError("is a web page", text)
    try:
        models = json.loads(text)["data"]
        return tuple(str(model["id"]) for model in models)
    except (ValueError, KeyError, TypeError):
        raise UnusableAnswerError("is no list of models", text) from None


def choose_model(server: ServerInfo, models: tuple[str, ...]) -> str | ModelError:
    """The model to use if none is named: the first.

    With a key there must be only one: a guess among several could cost money.
    """
    url = server.address.url
    if not models:
        return ModelError(f"{url} answers, but has no model. Load one there.")
    if len(models) > 1 and server.key is not None:
        return ModelError(f"{url} has several models: {_listed(models)}. Say which one to ask.", permanent=True)
    return models[0]


def unknown_model(server: ServerInfo, wanted: str, models: tuple[str, ...]) -> ModelError:
    """The error that the server has no model `wanted`."""
    available = f"It has: {_listed(models)}. Choose one of these" if models else "It has none at all. Load one there"
    return ModelError(f"There is no model {wanted} at {server.address.url}. {available}.", permanent=True)


def check_model(server: ServerInfo, wanted: str | None, models: tuple[str, ...] | RequestFailure) -> Check:
    """Whether `wanted` (none: the model that would be chosen) can be used, given the result of `list_models`."""
    url = server.address.url
    if isinstance(models, RequestFailure):
        return Check(False, (), str(models.error))
    if wanted is not None and wanted not in models:
        advice = f"It has: {_listed(models)}. Choose one of these, unless" if models else "It has none. Load it, unless"
        return Check(False, models, f"{url} answers, but lists no model {wanted}. {advice} it takes any name.")
    chosen = wanted or choose_model(server, models)
    if isinstance(chosen, ModelError):
        return Check(False, models, str(chosen))
    others = "" if models == (chosen,) else f" It has: {_listed(models)}."
    return Check(True, models, f"{url} answers, and its model {chosen} is asked.{others}")


def _listed(models: tuple[str, ...]) -> str:
    rest = len(models) - _MAX_NAMES
    return ", ".join(models[:_MAX_NAMES]) + (f" and {rest} more" if rest > 0 else "")
