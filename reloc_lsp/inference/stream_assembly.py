"""The answer of a model server, gathered from its pieces, whatever shape these have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reloc_lsp.search.language_model import Reply, Usage
from reloc_lsp.search.token_estimate import estimate_tokens

_DECODER = json.JSONDecoder()
_CUT_SHORT = ("length", "content_filter")


class UnusableAnswerError(Exception):
    """What came is no answer of a model server: `what` it is, and the text of it."""

    def __init__(self, what: str, text: str = "") -> None:
        super().__init__(what)
        self.what, self.text = what, text


class SilenceError(Exception):
    """Nothing came for too long: `begun` says whether a part of the answer had come before."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__("silence")
        self.begun = begun


class RefusalError(Exception):
    """The server answered with success and an error inside: its `body`."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        super().__init__("refusal")
        self.body = body


@dataclass(slots=True)
class _Choice:
    parts: list[str] = field(default_factory=list)
    finish: str | None = None


@dataclass(slots=True)
class Gathered:
    """What has come of an answer so far: in how many `pieces`, and `complete` once the server said that this is all."""

    choices: dict[int, _Choice] = field(default_factory=dict)
    usage: dict[str, Any] = field(default_factory=dict)
    pieces: int = 0
    complete: bool = False

    @property
    def finished(self) -> bool:
        """Whether nothing more is needed, however the connection ends."""
        return bool(self.choices) and (self.complete or all(choice.finish for choice in self.choices.values()))

    def add(self, text: str, holder: str) -> None:
        """Take in a piece of the answer, a JSON text whose choices hold their text in the member `holder`."""
        piece = _json_object(text)
        parts = piece.get("choices")
        if not parts and piece.get("error"):
            raise RefusalError(piece)
        if "usage" in piece:
            self.usage = _object(piece["usage"]) or self.usage
        for place, part in enumerate(parts if isinstance(parts, list) else ()):
            if not isinstance(part, dict):
                continue
            number = part.get("index")
            choice = self._choice(number if isinstance(number, int) else place)
            choice.finish = part.get("finish_reason") or choice.finish
            message = _object(part.get(holder))
            words = message.get("content") or message.get("refusal")
            if isinstance(words, str):
                choice.parts.append(words)
            # Thoughts that are no part of the reply are signs of life, too; the naming of the role is none.
            self.pieces += 1 if words else any(value for name, value in message.items() if name != "role")

    def answer(self, prompt_tokens: int) -> tuple[tuple[Reply, ...], Usage]:
        """The replies in their order and what they cost, estimated where the server does not say."""
        if not self.choices:
            raise UnusableAnswerError("has no reply in it")
        replies = tuple(
            Reply("".join(choice.parts), complete=choice.finish not in _CUT_SHORT if choice.finish else self.complete)
            for _, choice in sorted(self.choices.items())
        )
        prompt, completion = _number(self.usage.get("prompt_tokens")), _number(self.usage.get("completion_tokens"))
        if prompt is None or completion is None:
            return replies, Usage(
                prompt_tokens, 0, sum(estimate_tokens(reply.text) for reply in replies), counted=False
            )
        cached = _number(_object(self.usage.get("prompt_tokens_details")).get("cached_tokens"))
        return replies, Usage(prompt, cached or 0, completion)

    def _choice(self, number: int) -> _Choice:
        if number not in self.choices:
            self.choices[number] = _Choice()
        return self.choices[number]


def _json_object(text: str) -> dict[str, Any]:
    """The JSON object that `text` is, empty if it is another value; raises `UnusableAnswerError` if it is not JSON."""
    text = text.strip()
    try:
        # Of the decoder itself, which takes half the time of `json.loads`: answers come in hundreds of pieces.
        value, end = _DECODER.raw_decode(text)
    except ValueError:
        end, value = -1, None
    if end != len(text):
        raise UnusableAnswerError("is not whole, or not JSON", text)
    return _object(value)


def _object(value: object) -> dict[str, Any]:
    """`value`, or nothing in it where it is no object."""
    return value if isinstance(value, dict) else {}


def _number(value: object) -> int | None:
    """`value`, where it is a whole number."""
    return value if isinstance(value, int) else None
