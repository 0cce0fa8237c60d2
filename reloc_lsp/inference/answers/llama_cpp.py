"""The answer of `/infill`, a path of llama.cpp of its own, in the shape of a text completion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_REASONS = {"limit": "length", "eos": "stop", "word": "stop"}
"""Why a reply of llama.cpp ended, in the words of OpenAI's protocol."""


def as_completion(chunk: Mapping[str, Any]) -> dict[str, Any]:
    """A chunk of `/infill` as a chunk of a text completion."""
    ended = chunk.get("stop") is True
    choice = {
        "index": chunk.get("index"),
        "text": chunk.get("content"),
        "finish_reason": _REASONS.get(str(chunk.get("stop_type")), "stop") if ended else None,
        "logprobs": {"content": chunk.get("completion_probabilities")},
    }
    return {"choices": [choice], "usage": _usage(chunk) if ended else None}


def _usage(chunk: Mapping[str, Any]) -> dict[str, Any]:
    timings = chunk.get("timings")
    return {
        "prompt_tokens": chunk.get("tokens_evaluated"),
        "completion_tokens": chunk.get("tokens_predicted"),
        "prompt_tokens_details": {"cached_tokens": timings.get("cache_n") if isinstance(timings, Mapping) else None},
    }
