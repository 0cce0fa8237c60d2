"""Puts the answer of a model server together from its chunks, whatever their shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reloc_lsp.inference.answers.exceptions import RefusalError, UnusableAnswerError
from reloc_lsp.inference.answers.json_text import parsed_json, without_surrogates
from reloc_lsp.inference.answers.llama_cpp import as_completion
from reloc_lsp.inference.answers.log_probabilities import Token, log_probability, reported_tokens, variants
from reloc_lsp.inference.answers.usage import RequestSize, token_usage
from reloc_lsp.search.interfaces.language_model import Reply, Usage

MAX_REPLY_CHARACTERS = 2**20
"""Characters of one reply; an answer with more is given up. 8,192 tokens have some 30,000. Chosen by hand."""
MAX_REPLIES = 128
"""Replies in one answer; further ones are not read. Chosen by hand, above every number that is asked for."""
_CUT_OFF_REASONS = ("length", "content_filter")
"""Values of `finish_reason` with which a reply is not complete."""


@dataclass(slots=True)
class _Choice:
    parts: list[str] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    characters: int = 0
    finish_reason: str | None = None


@dataclass(slots=True)
class AnswerAssembly:
    """The part of an answer that has arrived.

    A reply ends before the first of the texts in `ends`. `pieces` counts the chunks with text, reasoning included.
    `complete` is true once the server has marked the end.
    """

    ends: tuple[str, ...] = ()
    choices: dict[int, _Choice] = field(default_factory=dict)
    usage: object = None
    pieces: int = 0
    complete: bool = False

    @property
    def finished(self) -> bool:
        """Whether the answer can be used, even if the connection breaks off after it."""
        return bool(self.choices) and (self.complete or all(choice.finish_reason for choice in self.choices.values()))

    def add(self, text: str, member: str) -> None:
        """Add a chunk, the JSON text of an object.

        The choices of a chat hold their text in `member`, `delta` or `message`, those of a text completion in `text`.
        Raises `UnusableAnswerError` if it is not JSON or a reply gets too long, and `RefusalError` if it is an error of
        the server.
        """
        chunk = _object(parsed_json(text))
        choices = chunk.get("choices")
        if not choices and chunk.get("error"):
            raise RefusalError(chunk)
        if "choices" not in chunk and "content" in chunk:
            chunk = as_completion(chunk)
            choices = chunk["choices"]
        self.usage = chunk.get("usage") or self.usage
        for position, part in enumerate(choices if isinstance(choices, list) else ()):
            if not isinstance(part, dict):
                continue
            index = part.get("index")
            index = index if isinstance(index, int) else position
            if index not in self.choices and len(self.choices) == MAX_REPLIES:
                continue
            choice = self.choices.setdefault(index, _Choice())
            choice.finish_reason = part.get("finish_reason") or choice.finish_reason
            message = _object(part.get(member))
            content = message.get("content") or message.get("refusal") or part.get("text")
            if isinstance(content, str):
                choice.parts.append(content)
                choice.characters += len(content)
                if choice.characters > MAX_REPLY_CHARACTERS:
                    raise UnusableAnswerError(f"has a reply of more than {MAX_REPLY_CHARACTERS:,} characters")
            choice.tokens += reported_tokens(part.get("logprobs"))
            # Reasoning is no part of the reply but shows that the server works. A `role` alone shows nothing.
            self.pieces += 1 if content else any(value for name, value in message.items() if name != "role")

    def answer(self, request: RequestSize) -> tuple[tuple[Reply, ...], Usage]:
        """The replies in the order of their indexes, and the token usage.

        Raises `UnusableAnswerError` if there is no reply.
        """
        if not self.choices:
            raise UnusableAnswerError("has no reply in it")
        replies = tuple(self._reply(choice) for _, choice in sorted(self.choices.items()))
        listed = sum(len(choice.tokens) for choice in self.choices.values())
        return replies, token_usage(self.usage, replies, request, listed)

    def _reply(self, choice: _Choice) -> Reply:
        reason = choice.finish_reason
        text = without_surrogates("".join(choice.parts))
        end = min((place for end in self.ends if (place := text.find(end)) >= 0), default=None)
        complete = reason not in _CUT_OFF_REASONS if reason else self.complete
        others = variants(text[:end], choice.tokens, self.ends)
        return Reply(text[:end], complete or end is not None, log_probability(text[:end], choice.tokens), others)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
