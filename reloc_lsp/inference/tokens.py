"""Tokens where the server does not count them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from reloc_lsp.search.language_model import Message, Usage

_BYTES_A_TOKEN = 3
"""Source code has between 3 and 4 bytes a token: rather too many are counted than too few, for a budget must hold."""

_FRAME = 6
"""Tokens that a chat template puts around each message."""


def estimated(text: str) -> int:
    """About how many tokens `text` has, rather too many."""
    return math.ceil(len(text.encode()) / _BYTES_A_TOKEN)


def prompt_estimate(messages: Sequence[Message]) -> int:
    """About how many tokens a prompt has, rather too many."""
    return sum(estimated(message.content) + _FRAME for message in messages)


def together(usages: Iterable[Usage]) -> Usage:
    """The sum; counted only if each of them is."""
    parts = list(usages)
    return Usage(
        prompt_tokens=sum(part.prompt_tokens for part in parts),
        cached_tokens=sum(part.cached_tokens for part in parts),
        completion_tokens=sum(part.completion_tokens for part in parts),
        counted=all(part.counted for part in parts),
    )
