"""The tokens that a server reports for an answer, and what counts where the report is missing or false."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reloc_lsp.inference.prompt import byte_length
from reloc_lsp.search.interfaces.language_model import Reply, Usage
from reloc_lsp.search.token_estimate import estimate_tokens

MAX_TOKENS = 10**9
"""Tokens of one request above which a report is false: no model has a context window of that size. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class RequestSize:
    """The tokens of a prompt, estimated and at the most, and of all replies to it at the most."""

    prompt_estimate: int
    prompt_most: int
    replies_most: int


def token_usage(reported: object, replies: Sequence[Reply], request: RequestSize, listed: int = 0) -> Usage:
    """The usage of an answer, from the JSON value that the server `reported`.

    `listed` is the number of tokens whose log-probabilities came with the replies: at least so many were used. For
    several replies to one request llama.cpp reports the tokens of one only. Where the server reports nothing, the
    numbers are estimates. A number that cannot be true is replaced by the most tokens that the request can have used,
    so that a budget for tokens always ends.
    """
    numbers: Mapping[str, object] = reported if isinstance(reported, Mapping) else {}
    prompt, completion = numbers.get("prompt_tokens"), numbers.get("completion_tokens")
    if reported is None or (isinstance(reported, Mapping) and None in (prompt, completion)):
        estimate = listed or sum(estimate_tokens(reply.text) for reply in replies)
        return Usage(request.prompt_estimate, 0, estimate, counted=False)
    details = numbers.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
    text = sum(byte_length(reply.text) for reply in replies)
    counts = _count(prompt, 1), _count(0 if cached is None else cached, 0), _count(completion, min(text, 1))
    return Usage(
        request.prompt_most if counts[0] is None else counts[0],
        counts[1] or 0,
        max(request.replies_most, text) if counts[2] is None else max(counts[2], listed),
        possible=None not in counts,
    )


def _count(value: object, least: int) -> int | None:
    """`value` if it is a number of tokens, from `least` to `MAX_TOKENS`."""
    return value if isinstance(value, int) and not isinstance(value, bool) and least <= value <= MAX_TOKENS else None
