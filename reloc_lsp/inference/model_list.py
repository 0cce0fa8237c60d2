"""Which models a server has, by its own account."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reloc_lsp.inference.server_errors import ServerInfo
from reloc_lsp.inference.stream_assembly import UnusableAnswerError
from reloc_lsp.inference.unreachable import Trouble
from reloc_lsp.search.language_model import ModelError

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a model can be asked, the models there are, and both in a sentence."""

    usable: bool
    models: tuple[str, ...]
    sentence: str


async def listed_models(client: AsyncOpenAI, site: ServerInfo) -> tuple[str, ...] | Trouble:
    """The names at /v1/models, or why they cannot be had."""
    try:
        async with asyncio.timeout(site.patience.listing):
            answer = await client.models.with_raw_response.list()
        return _names(answer.http_response.text)
    except TimeoutError:
        sentence = (
            f"{site.address.url} did not say within {site.patience.listing:g} s which models it has. It is stuck, "
            "overloaded or still starting; look at the log of the model server."
        )
        return Trouble(ModelError(sentence))
    except Exception as error:
        trouble = site.trouble(error)
    if trouble.status == 404:
        sentence = f"There is no list of models at {site.address.url}/models. Check the base URL{site.hint()}."
        return Trouble(ModelError(sentence, permanent=True), status=404)
    return trouble


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


def first_model(site: ServerInfo, models: tuple[str, ...]) -> str | ModelError:
    """The model to ask where none is named: the first, unless that would spend money on a guess."""
    url = site.address.url
    if not models:
        return ModelError(f"{url} answers, but has no model. Load one there.")
    if len(models) > 1 and site.key is not None:
        return ModelError(f"{url} has several models: {_named(models)}. Say which one to ask.", permanent=True)
    return models[0]


def unknown_model(site: ServerInfo, wanted: str, models: tuple[str, ...]) -> ModelError:
    """That the server has no such model, and which it has."""
    there = f"It has: {_named(models)}. Choose one of these" if models else "It has none at all. Load one there"
    return ModelError(f"There is no model {wanted} at {site.address.url}. {there}.", permanent=True)


def checked(site: ServerInfo, wanted: str | None, models: tuple[str, ...] | Trouble) -> Check:
    """What a list of models, or the want of one, says about asking the `wanted` one."""
    if isinstance(models, Trouble):
        return Check(False, (), str(models.error))
    if wanted is not None and wanted not in models:
        there = f"It has: {_named(models)}. Choose one of these, unless" if models else "It has none. Load it, unless"
        return Check(
            False, models, f"{site.address.url} answers, but lists no model {wanted}. {there} it takes any name."
        )
    chosen = wanted or first_model(site, models)
    if isinstance(chosen, ModelError):
        return Check(False, models, str(chosen))
    others = "" if models == (chosen,) else f" It has: {_named(models)}."
    return Check(True, models, f"{site.address.url} answers, and its model {chosen} is asked.{others}")


def _named(models: tuple[str, ...]) -> str:
    rest = len(models) - _MOST_NAMED
    return ", ".join(models[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
