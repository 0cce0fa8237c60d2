"""The models that a server reports, and which of them to use."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reloc_lsp.inference.answers.exceptions import WEB_PAGE, UnusableAnswerError
from reloc_lsp.inference.answers.json_text import parsed_json, without_surrogates
from reloc_lsp.inference.errors import RequestFailure, failure_of
from reloc_lsp.inference.server_info import ServerInfo
from reloc_lsp.search.interfaces.language_model import ModelError

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_MAX_BYTES = 8 * 1024 * 1024
"""Bytes of a list of models; the longest that is known, of a broker of several hundred models, has one million."""
_MAX_MODELS = 10_000
"""Models of a list that are read. Chosen by hand."""
_MAX_NAME = 200
"""Characters of a model's name; a longer one is no name and is left out. Chosen by hand."""
_MAX_NAMES = 8
"""Models that a message names; chosen by hand."""


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model in the list of a server.

    `root` is what the server made it from, such as a folder, and `owner` a word that differs from one kind of server to
    the next; both are empty where the server reports none.
    """

    name: str
    root: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Whether requests to a model can succeed, the models of its server, and a sentence about both."""

    usable: bool
    models: tuple[str, ...]
    sentence: str


async def list_models(client: AsyncOpenAI, server: ServerInfo) -> tuple[str, ...] | RequestFailure:
    """The names at `/models`, or why they could not be read."""
    models = await describe_models(client, server)
    return models if isinstance(models, RequestFailure) else tuple(model.name for model in models)


async def describe_models(client: AsyncOpenAI, server: ServerInfo) -> tuple[ListedModel, ...] | RequestFailure:
    """The models at `/models`, or why they could not be read."""
    url = server.address.url
    try:
        listing = bytearray()
        async with (
            asyncio.timeout(server.timeouts.listing),
            client.models.with_streaming_response.list() as response,
        ):
            async for data in response.iter_bytes():
                listing += data
                if len(listing) > _MAX_BYTES:
                    raise UnusableAnswerError(f"is a list of more than {_MAX_BYTES // 2**20} MiB")
        return _models(listing.decode("utf-8", "replace"))
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


def _models(text: str) -> tuple[ListedModel, ...]:
    if not text.strip():
        raise UnusableAnswerError("is empty")
    if text.lstrip().startswith("<"):
        raise UnusableAnswerError(WEB_PAGE, text)
    try:
        listing = parsed_json(text)
    except UnusableAnswerError:
        listing = None
    entries = listing.get("data") if isinstance(listing, Mapping) else None
    read = entries[:_MAX_MODELS] if isinstance(entries, list) else [None]
    models = [model for entry in read if (model := _model(entry)) is not None]
    if len(models) < len(read):
        raise UnusableAnswerError("is no list of models", text)
    return tuple(model for model in models if len(model.name) <= _MAX_NAME)


def _model(entry: object) -> ListedModel | None:
    if not isinstance(entry, Mapping):
        return None
    name, root, owner = (entry.get(member) for member in ("id", "root", "owned_by"))
    texts = [without_surrogates(text) if isinstance(text, str) else "" for text in (name, root, owner)]
    return ListedModel(*texts) if isinstance(name, str) else None


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
