"""The context window that a server reports when it refuses a request, and how long a reply may be in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_CONTEXT = re.compile(
    r"""(?:maximum\ context\ length(?:\ is|\ of)?            # OpenAI, vLLM, SGLang, llama-cpp-python
        |maximum\ model\ length\ of                           # vLLM's engine
        |max_model_len\b[\w=]{0,30}?                          # vLLM, where max_tokens alone is too large
        |context\ (?:length|size|window)(?:\ of|\ is)?        # llama.cpp, SGLang, llama-cpp-python
        )[\s=(]{0,9}(\d{1,9})(?!\d)""",
    re.VERBOSE | re.IGNORECASE,
)
_PROMPT = re.compile(
    r"""(?P<least>at\ least\ )?(?<!\d)(?P<first>\d{1,9})\ (?:in\ the\ messages|input\ tokens|tokens\ from\ the\ input)
        |resulted\ in\ (?P<second>\d{1,9})\ tokens
        |(?:request|input|prompt)\ \((?:length\ )?(?P<third>\d{1,9})\b""",
    re.VERBOSE | re.IGNORECASE,
)
_REPLY = re.compile(r"supports at most (\d{1,9}) completion tokens", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"maximum context length|context_length_exceeded|exceed_context_size|longer than the (?:maximum )?model"
    r"|exceeds? (?:the )?(?:available )?(?:context|model's)|prompt is too long|cannot be greater than max_model_len",
    re.IGNORECASE,
)


_MAX_CONTEXT = 10**9
"""Tokens above which a reported number is none: no model has a context window of that size. Chosen by hand."""
_MIN_REPLY_SHARE = 4
"""A reply gets at least one in this many tokens of the context window; a longer prompt is refused. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class ContextWindow:
    """What is known, in tokens; `None` is unknown.

    `context` is what prompt and reply may have together, `prompt` the exact length of the refused prompt, and
    `longest_reply` the server's own limit for a reply.
    """

    context: int | None = None
    prompt: int | None = None
    longest_reply: int | None = None

    def reply_limit(self, wanted: int, prompt_estimate: int, refused: int | None = None) -> int | None:
        """The tokens to allow for a reply; `None` if the prompt leaves too few of the `wanted` tokens.

        A reply gets at least a quarter of the context window. If only an estimate of the prompt is known, it gets this
        quarter even if the estimate leaves less. `refused` is a limit that the server refused: the result is lower.
        """
        if self.longest_reply is not None:
            wanted = min(wanted, self.longest_reply)
        if self.context is None:
            return wanted if refused is None or wanted < refused else None
        least = min(wanted, self.context // _MIN_REPLY_SHARE)
        exact = self.prompt is not None
        free = self.context - (self.prompt if self.prompt is not None else prompt_estimate)
        for limit in (min(wanted, free), least):
            if limit >= least and (refused is None or limit < refused):
                return limit
            if exact:
                break
        return None

    def prompt_limit(self, wanted: int) -> int | None:
        """The tokens that a prompt may have if a reply needs the `wanted` tokens; `None` if the context is unknown."""
        return None if self.context is None else self.context - min(wanted, self.context // _MIN_REPLY_SHARE)


def reported_context_window(message: str, body: object) -> ContextWindow | None:
    """What a refusal reports of the context window; `None` if it is about something else."""
    reply = _REPLY.search(message)
    if reply:
        return ContextWindow(longest_reply=int(reply[1]))
    numbers = body if isinstance(body, Mapping) else {}
    names = [name for name in (numbers.get("code"), numbers.get("type")) if isinstance(name, str)]
    if not _TOO_LONG.search(" ".join([message, *names])):
        return None
    context, prompt = _CONTEXT.search(message), _PROMPT.search(message)
    counted = prompt and not prompt["least"] and (prompt["first"] or prompt["second"] or prompt["third"])
    return ContextWindow(
        context=_positive(numbers.get("n_ctx")) or (int(context[1]) or None if context else None),
        prompt=_positive(numbers.get("n_prompt_tokens")) or (int(counted) if counted else None),
    )


def _positive(value: object) -> int | None:
    return value if isinstance(value, int) and 0 < value <= _MAX_CONTEXT else None
