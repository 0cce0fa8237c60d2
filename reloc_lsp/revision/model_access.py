"""Whether a language model takes part in a search, and what it said of itself."""

from __future__ import annotations

from collections.abc import Callable

from reloc_lsp.evaluation.sandbox import Level
from reloc_lsp.language_model.budgeted_model import BudgetedModel
from reloc_lsp.revision.strategies import asking_of
from reloc_lsp.search.budget import Spending
from reloc_lsp.search.language_model import LanguageModel, ModelError
from reloc_lsp.settings import Settings

NO_WALLS = (
    "Code of a model is not run where nothing walls it in, as it is here: reloc-lsp doctor says what is missing. "
    "Or accept the risk with --sandbox none."
)


class ReviserError(Exception):
    """The reviser that was asked for cannot be had: the message says why, and what to do."""


def connected(settings: Settings, note: Callable[[str], None]) -> LanguageModel | None:
    """The model that the settings choose, if one is to take part; nothing is sent to it yet.

    `note` hears what the user should know of it later. Raises `ReviserError` where a model is asked for and none is
    chosen, or its address or key cannot be used.
    """
    search, model = settings.search, settings.model
    managed = None if search.reviser == "rewrites" else _managed(settings, note)
    if managed is not None:
        return managed
    if search.reviser == "rewrites" or not model.chosen:
        if search.reviser == "model":
            raise ReviserError(
                "No model is chosen. Name a server with --base-url or a model with --model, start one with reloc-lsp "
                "model start, or let --reviser be auto."
            )
        if search.algorithm != "hill-climbing" or search.rules != "default":
            raise ReviserError(
                f"--algorithm {search.algorithm} --rules {search.rules} needs a model: rewrites are searched by "
                "hill-climbing with the default rules. Name a server with --base-url or a model with --model."
            )
        return None
    from reloc_lsp.inference.model_factory import connect
    from reloc_lsp.inference.request_timeouts import RequestTimeouts

    try:
        return connect(
            model.base_url,
            model.name,
            key_variable=model.key_variable,
            patience=RequestTimeouts(first_token=model.patience),
            in_flight=max(1, model.in_flight),
        )
    except ModelError as error:
        raise ReviserError(str(error)) from error


def _managed(settings: Settings, note: Callable[[str], None]) -> LanguageModel | None:
    from reloc_lsp.inference.managed.engine_selection import managed_model

    return managed_model(settings.model, note)


def asking(model: LanguageModel | None, spending: Spending, settings: Settings, walls: Level) -> BudgetedModel | None:
    """The model as a search behind such `walls` may ask it; `None` where no model takes part.

    Raises `ReviserError` where there are no walls, the user did not ask to go without, and only a model is to revise.
    """
    if model is None:
        return None
    if walls == "none" and settings.evaluation.sandbox != "none":
        if settings.search.reviser == "model":
            raise ReviserError(NO_WALLS)
        return None
    return asking_of(model, spending, settings)
