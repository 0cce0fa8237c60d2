"""Whether a language model takes part in a revision, and which one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from reloc_lsp.evaluation.sandbox import Level
from reloc_lsp.language_model.budgeted_model import BudgetedModel
from reloc_lsp.language_model.templates.prompt_templates import PromptTemplates, TemplateError
from reloc_lsp.revision.errors import ReviserError
from reloc_lsp.search.budget import Spending
from reloc_lsp.search.interfaces.language_model import LanguageModel, ModelError, Sampling
from reloc_lsp.settings import Settings

NO_SANDBOX = (
    "Code of a model runs only in a sandbox, and there is none here: reloc-lsp doctor shows what is missing. "
    "Or accept the risk with --sandbox none."
)


def connect_model(settings: Settings, note: Callable[[str], None]) -> LanguageModel | None:
    """The model that the settings choose; `None` if no model is to take part. No request is sent yet.

    `note` receives sentences for the user, also later. Raises `ReviserError` if a model is required and none is chosen,
    or if its address or key cannot be used.
    """
    if settings.search.reviser == "rewrites":
        _check_rewrites_suffice(settings)
        return None
    managed = _managed_model(settings, note)
    if managed is not None:
        return managed
    if not settings.model.chosen:
        if settings.search.reviser == "model":
            raise ReviserError(
                "No model is chosen. Name a server with --base-url or a model with --model, start one with reloc-lsp "
                "model start, or let --reviser be auto."
            )
        _check_rewrites_suffice(settings)
        return None
    return _remote_model(settings)


def model_for_search(
    model: LanguageModel | None, spending: Spending, settings: Settings, sandbox: Level
) -> BudgetedModel | None:
    """The model with the budget of one search; `None` if no model takes part.

    A model takes part only with a sandbox, or if the user chose to go without one. Raises `ReviserError` if there is no
    sandbox and only the model is to write candidates.
    """
    if model is None:
        return None
    if sandbox == "none" and settings.evaluation.sandbox != "none":
        if settings.search.reviser == "model":
            raise ReviserError(NO_SANDBOX)
        return None
    return budgeted_model(model, spending, settings)


def budgeted_model(model: LanguageModel, spending: Spending, settings: Settings) -> BudgetedModel:
    """The model with the sampling, the context window, the templates and the budget of one search.

    Raises `ReviserError` for templates of the user that cannot be used.
    """
    chosen = settings.model
    sampling = Sampling(chosen.temperature, chosen.top_p, chosen.reply_tokens, settings.search.seed)
    try:
        templates = PromptTemplates(Path(chosen.prompts).expanduser() if chosen.prompts else None)
    except TemplateError as error:
        raise ReviserError(str(error)) from error
    return BudgetedModel(model, spending, sampling, max(chosen.context_tokens - chosen.reply_tokens, 1), templates)


def api_keys(settings: Settings) -> list[str]:
    """The keys of model servers in the environment, which must be in no file that is written."""
    variables = (settings.model.key_variable, settings.reward.text.key_variable, "OPENAI_API_KEY")
    return [key for variable in variables if (key := os.environ.get(variable, "").strip())]


def _check_rewrites_suffice(settings: Settings) -> None:
    search = settings.search
    if search.algorithm != "hill-climbing" or search.rules != "default":
        raise ReviserError(
            f"--algorithm {search.algorithm} --rules {search.rules} needs a model: rewrites are searched by "
            "hill-climbing with the default rules. Name a server with --base-url or a model with --model."
        )


def _managed_model(settings: Settings, note: Callable[[str], None]) -> LanguageModel | None:
    """The model of a server that reloc-lsp started on this machine, or may start."""
    # Imported here: most revisions use no model.
    from reloc_lsp.inference.managed.engine_selection import managed_model

    return managed_model(settings.model, note)


def _remote_model(settings: Settings) -> LanguageModel:
    from reloc_lsp.inference.model_factory import connect
    from reloc_lsp.inference.request_timeouts import RequestTimeouts

    model = settings.model
    try:
        return connect(
            model.base_url,
            model.name,
            key_variable=model.key_variable,
            timeouts=RequestTimeouts(first_token=model.first_token_timeout),
            in_flight=max(1, model.in_flight),
            shares_processors=model.shares_processors,
            fim=model.fim,
        )
    except ModelError as error:
        raise ReviserError(str(error)) from error
