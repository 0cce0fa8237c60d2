"""Puts the answer of a model server together from its chunks, whatever their shape."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from reloc_lsp.inference.errors import RefusalError, UnusableAnswerError
from reloc_lsp.search.interfaces.language_model import Reply, Usage
from reloc_lsp.search.token_estimate import estimate_tokens

_DECODER = json.JSONDecoder()

_CUT_OFF_REASONS = ("length", "content_filter")
"""Values of `finish_reason` with which a reply is not complete."""


@dataclass(slots=True)
class _Choice:
    parts: list[str] = field(default_factory=list)
    finish_reason: str | None = None


@dataclass(slots=True)
class AnswerAssembly:
    """The part of an answer that has arrived.

    `pieces` counts the chunks with text, reasoning included. `complete` is true once the server has marked the end.
    """

    choices: dict[int, _Choice] = field(default_factory=dict)
    usage: dict[str, Any] = field(default_factory=dict)
    pieces: int = 0
    complete: bool = False

    @property
    def finished(self) -> bool:
        """Whether the answer can be used, even if the connection breaks off after it."""
        return bool(self.choices) and (self.complete or all(choice.finish_reason for choice in self.choices.values()))

    def add(self, text: str, member: str) -> None:
        """Add a chunk, the JSON text of an object whose choices hold their text in `member`: `delta` or `message`.

        Raises `UnusableAnswerError` if it is not JSON, and `RefusalError` if it is an error of the server.
        """
        chunk = _json_object(text)
        choices = chunk.get("choices")
        if not choices and chunk.get("error"):
            raise RefusalError(chunk)
        if "usage" in chunk:
            self.usage = _object(chunk["usage"]) or self.usage
        for position, part in enumerate(choices if isinstance(choices, list) else ()):
            if not isinstance(part, dict):
                continue
            index = part.get("index")
            choice = self.choices.setdefault(index if isinstance(index, int) else position, _Choice())
            choice.finish_reason = part.get("finish_reason") or choice.finish_reason
            message = _object(part.get(member))
            content = message.get("content") or message.get("refusal")
            if isinstance(content, str):
                choice.parts.append(content)
            # Reasoning is no part of the reply but shows that the server works. A `role` alone shows nothing.
            self.pieces += 1 if content else any(value for name, value in message.items() if name != "role")

    def answer(self, prompt_tokens: int) -> tuple[tuple[Reply, ...], Usage]:
        """The replies in the order of their indexes, and the token usage.

        If the server does not report the usage, it is estimated, with `prompt_tokens` for the prompt. Raises
        `UnusableAnswerError` if there is no reply.
        """
        if not self.choices:
            raise UnusableAnswerError("has no reply in it")
        replies = tuple(self._reply(choice) for _, choice in sorted(self.choices.items()))
        prompt, completion = _int(self.usage.get("prompt_tokens")), _int(self.usage.get("completion_tokens"))
        if prompt is None or completion is None:
            return replies, Usage(
                prompt_tokens, 0, sum(estimate_tokens(reply.text) for reply in replies), counted=False
            )
        cached = _int(_object(self.usage.get("prompt_tokens_details")).get("cached_tokens"))
        return replies, Usage(prompt, cached or 0, completion)

    def _reply(self, choice: _Choice) -> Reply:
        reason = choice.finish_reason
        return Reply("".join(choice.parts), complete=reason not in _CUT_OFF_REASONS if reason else self.complete)


def _json_object(text: str) -> dict[str, Any]:
    """The JSON object in `text`; empty if it is another JSON value."""
    text = text.strip()
    try:
        # Takes 60 % of the time of `json.loads`; an answer has hundreds of chunks.
        value, end = _DECODER.raw_decode(text)
    except ValueError:
        value, end = None, -1
    if end != len(text):
        raise UnusableAnswerError("is not whole, or not JSON", text)
    return _object(value)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _int(value: object) -> int | None:
    return value if isinstance(value, int) else None
