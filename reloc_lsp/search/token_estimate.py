"""The number of tokens in a text, estimated where no model server has counted them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from reloc_lsp.search.interfaces.language_model import Message

BYTES_PER_TOKEN = 3
"""Source code has three to four bytes per token. The lower number is taken so that a budget holds; chosen by hand."""

FRAME_TOKENS = 6
"""Tokens that a chat template adds to each message; chosen by hand."""


def estimate_tokens(text: str) -> int:
    """The estimated number of tokens in `text`: rather too many than too few."""
    return math.ceil(len(text.encode("utf-8", "surrogatepass")) / BYTES_PER_TOKEN)


def estimate_prompt_tokens(messages: Iterable[Message]) -> int:
    """The estimated number of tokens in a prompt: rather too many than too few."""
    return sum(estimate_tokens(message.content) + FRAME_TOKENS for message in messages)
