"""What one request to a model server asks, whichever of the server's paths takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reloc_lsp.search.interfaces.language_model import Message
from reloc_lsp.search.token_estimate import FRAME_TOKENS, estimate_prompt_tokens


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt and the path that takes it: below the base URL, or a whole URL.

    `content` are the parameters of the request that hold the prompt. `estimate` is its estimated number of tokens,
    `most` the largest possible one: no tokenizer makes more tokens than a text has bytes. A reply ends before the first
    of the texts in `ends`. `trial` is true while it is not known whether the server takes such a request. `name` tells
    in messages what the request asks for.
    """

    path: str
    content: Mapping[str, Any]
    estimate: int
    most: int
    ends: tuple[str, ...] = ()
    trial: bool = False
    name: str = "chat"


def chat_prompt(messages: Sequence[Message]) -> Prompt:
    """The prompt of a chat."""
    content = {"messages": [{"role": message.role, "content": message.content} for message in messages]}
    most = sum(byte_length(message.content) + FRAME_TOKENS for message in messages)
    return Prompt("/chat/completions", content, estimate_prompt_tokens(messages), most)


def byte_length(text: str) -> int:
    """The number of bytes of `text` in UTF-8; a single surrogate has three."""
    return len(text.encode("utf-8", "surrogatepass"))
