"""An estimate of what the requests to a model will cost, for the user before the search begins."""

from __future__ import annotations

from dataclasses import dataclass

from reloc_lsp.language_model.model_drafts import OBSERVATIONS
from reloc_lsp.language_model.prompts import Prompts
from reloc_lsp.search.token_estimate import estimate_prompt_tokens, estimate_tokens

ADVICE_TOKENS = 250
"""Tokens of a reply without code: an explanation with three directions, or five observations. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class CallEstimate:
    """The number of requests, and the tokens of their prompts and of their replies.

    `whole` is true if this is the whole search, and false if it is one round of it.
    """

    calls: int
    prompt_tokens: int
    reply_tokens: int
    whole: bool


def estimate_calls(prompts: Prompts, prompt_limit: int, *, calls: int, versions: int, whole: bool) -> CallEstimate:
    """The cost of `calls` requests. `versions` of them bring a version of the function, the others advice in prose."""
    version_tokens = estimate_tokens(prompts.task.source)
    return CallEstimate(
        calls,
        prompt_tokens=calls * estimate_prompt_tokens(prompts.observe(OBSERVATIONS, prompt_limit)),
        reply_tokens=versions * version_tokens + (calls - versions) * ADVICE_TOKENS,
        whole=whole,
    )
