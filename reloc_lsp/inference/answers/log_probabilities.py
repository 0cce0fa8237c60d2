"""The log-probabilities of tokens that a server reports with a reply."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reloc_lsp.inference.prompt import byte_length

_ROUNDING = 1e-3
"""A log-probability is at most zero. A server's rounding may put it this far above; chosen by hand."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a reply: its size in bytes, and its natural log-probability, or `None` if that cannot be true."""

    size: int
    log_probability: float | None


def reported_tokens(reported: object) -> Iterator[Token]:
    """The tokens in the value of `logprobs` of a choice; none if it has another shape.

    It is `{"content": [{"token": ..., "logprob": ...}, ...]}` for chats and with llama.cpp, and
    `{"tokens": [...], "token_logprobs": [...]}` for text completions elsewhere.
    """
    if not isinstance(reported, Mapping):
        return
    content, tokens, values = (reported.get(name) for name in ("content", "tokens", "token_logprobs"))
    if isinstance(content, list):
        entries = [entry for entry in content if isinstance(entry, Mapping)]
        yield from (_token(entry.get("token"), entry.get("logprob")) for entry in entries)
    elif isinstance(tokens, list) and isinstance(values, list):
        yield from (_token(token, value) for token, value in zip(tokens, values, strict=False))


def log_probability(text: str, tokens: Sequence[Token]) -> float | None:
    """The sum over the first `tokens` that make up `text`; `None` if they do not, or one has no probability.

    An empty text has no tokens and so no log-probability.
    """
    left, total = byte_length(text), 0.0
    if not left:
        return None
    for token in tokens:
        if token.log_probability is None:
            return None
        total += token.log_probability
        left -= token.size
        if left <= 0:
            return total
    return None


def _token(text: object, value: object) -> Token:
    return Token(byte_length(text) if isinstance(text, str) else 0, _log_probability(value))


def _log_probability(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not value <= _ROUNDING:
        return None
    return min(float(value), 0.0) if math.isfinite(value) else None
