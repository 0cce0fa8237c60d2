"""The log-probabilities of tokens that a server reports with a reply, and of the tokens that it could have written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import islice, zip_longest

from reloc_lsp.inference.prompt import byte_length
from reloc_lsp.search.interfaces.language_model import Variant

TOP_TOKENS = 5
"""Most probable tokens that are asked for at each place: the most that OpenAI's protocol allows."""
MAX_VARIANTS = 16
"""Variants of one reply that are kept, the most probable ones. Chosen by hand, so that a trace stays small."""
_MAX_TOKEN_CHARACTERS = 200
"""Characters of a token that can be a part of one. Chosen by hand, above every token of a vocabulary."""
_ROUNDING = 1e-3
"""A log-probability is at most zero. A server's rounding may put it this far above; chosen by hand."""
_LEAST = -1e6
"""Least log-probability of a token that is believed. Chosen by hand: those of models are above -1000."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a reply, its natural log-probability, or `None` if that cannot be true, and the `others` there."""

    text: str
    log_probability: float | None
    others: tuple[tuple[str, float], ...] = ()


def reported_tokens(reported: object) -> Iterator[Token]:
    """The tokens in the value of `logprobs` of a choice; none if it has another shape.

    It is `{"content": [{"token": ..., "logprob": ..., "top_logprobs": [...]}, ...]}` for chats and with llama.cpp, and
    `{"tokens": [...], "token_logprobs": [...], "top_logprobs": [{...}, ...]}` for text completions elsewhere.
    """
    if not isinstance(reported, Mapping):
        return
    content, tokens, values = (reported.get(name) for name in ("content", "tokens", "token_logprobs"))
    if isinstance(content, list):
        for entry in content:
            if isinstance(entry, Mapping):
                yield _token(entry.get("token"), entry.get("logprob"), _listed(entry.get("top_logprobs")))
    elif isinstance(tokens, list) and isinstance(values, list):
        tops = reported.get("top_logprobs")
        rows = zip_longest(tokens, values, tops[: len(tokens)] if isinstance(tops, list) else ())
        yield from (_token(token, value, _mapped(top)) for token, value, top in rows)


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
        left -= byte_length(token.text)
        if left <= 0:
            return total
    return None


def variants(text: str, tokens: Sequence[Token], ends: Sequence[str]) -> tuple[Variant, ...]:
    """The most probable variants of a reply with this `text`, which ends before the first of the texts in `ends`.

    There are none behind a token that is not a part of the text, such as a part of a character.
    """
    found: list[Variant] = []
    begun, total = "", 0.0
    for token in tokens:
        found += [_variant(begun, other, total + value, ends) for other, value in token.others]
        if token.log_probability is None or not token.text or not text.startswith(begun + token.text):
            break
        begun, total = begun + token.text, total + token.log_probability
    return tuple(nlargest(MAX_VARIANTS, found, key=lambda variant: variant.log_probability))


def _variant(begun: str, other: str, value: float, ends: Sequence[str]) -> Variant:
    text = begun + other
    end = min((place for mark in ends if (place := text.find(mark)) >= 0), default=None)
    return Variant(text[:end], value, ended=end is not None)


def _listed(tops: object) -> Iterator[tuple[object, object]]:
    entries = tops if isinstance(tops, list) else ()
    yield from ((entry.get("token"), entry.get("logprob")) for entry in entries if isinstance(entry, Mapping))


def _mapped(tops: object) -> Iterator[tuple[object, object]]:
    yield from tops.items() if isinstance(tops, Mapping) else ()


def _token(text: object, value: object, tops: Iterator[tuple[object, object]]) -> Token:
    token = text if isinstance(text, str) else ""
    others = []
    for other, reported in islice(tops, TOP_TOKENS + 1):
        likely = _log_probability(reported)
        usable = isinstance(other, str) and 0 < len(other) <= _MAX_TOKEN_CHARACTERS and "\ufffd" not in other
        if isinstance(other, str) and usable and other != token and likely is not None:
            others.append((other, likely))
    return Token(token, _log_probability(value), tuple(others))


def _log_probability(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not _LEAST <= value <= _ROUNDING:
        return None
    return min(float(value), 0.0)
