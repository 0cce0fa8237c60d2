"""What a server says about the size of its model's context, and how long a reply may then be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_CONTEXT = re.compile(
    r"""(?:maximum\ context\ length(?:\ is|\ of)?            # OpenAI, vLLM, SGLang, llama-cpp-python
        |maximum\ model\ length\ of                           # vLLM's engine
        |max_model_len\b[\w=]*?                               # vLLM, where max_tokens alone is too large
        |context\ (?:length|size|window)(?:\ of|\ is)?        # llama.cpp, SGLang, llama-cpp-python
        )[\s=(]*(\d+)""",
    re.VERBOSE | re.IGNORECASE,
)
_PROMPT = re.compile(
    r"""(?P<least>at\ least\ )?(?P<first>\d+)\ (?:in\ the\ messages|input\ tokens|tokens\ from\ the\ input)
        |resulted\ in\ (?P<second>\d+)\ tokens
        |(?:request|input|prompt)\ \((?:length\ )?(?P<third>\d+)""",
    re.VERBOSE | re.IGNORECASE,
)
_REPLY = re.compile(r"supports at most (\d+) completion tokens", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"maximum context length|context_length_exceeded|exceed_context_size|longer than the (?:maximum )?model"
    r"|exceeds? (?:the )?(?:available )?(?:context|model's)|prompt is too long|cannot be greater than max_model_len",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ContextWindow:
    """Tokens: of the whole `context`, of the `prompt` where it was counted to its end, and the `longest_reply`."""

    context: int | None = None
    prompt: int | None = None
    longest_reply: int | None = None

    def for_reply(self, wanted: int, prompt_estimate: int, sent: int | None = None) -> int | None:
        """Tokens to allow for a reply of which `wanted` are wanted, or none if the prompt leaves it too few.

        A reply gets a quarter of the context at least, and that too where the prompt's length is only estimated.
        `sent` is what was allowed when the server refused: the answer is less.
        """
        if self.longest_reply is not None:
            wanted = min(wanted, self.longest_reply)
        if self.context is None:
            return wanted if sent is None or wanted < sent else None
        least = min(wanted, self.context // 4)
        exact = self.prompt is not None
        free = self.context - (self.prompt if self.prompt is not None else prompt_estimate)
        for allowed in (min(wanted, free), least):
            if allowed >= least and (sent is None or allowed < sent):
                return allowed
            if exact:
                break
        return None

    def for_prompt(self, wanted: int) -> int | None:
        """Tokens that a prompt may have beside a reply, where the context is known."""
        return None if self.context is None else self.context - min(wanted, self.context // 4)


def told_room(words: str, body: object) -> ContextWindow | None:
    """What a refusal says of the room there is; none where it is about something else."""
    reply = _REPLY.search(words)
    if reply:
        return ContextWindow(longest_reply=int(reply[1]))
    numbers = body if isinstance(body, Mapping) else {}
    if not _TOO_LONG.search(f"{words} {numbers.get('code')} {numbers.get('type')}"):
        return None
    context, prompt = _CONTEXT.search(words), _PROMPT.search(words)
    counted = prompt and not prompt["least"] and (prompt["first"] or prompt["second"] or prompt["third"])
    return ContextWindow(
        context=_number(numbers.get("n_ctx")) or (int(context[1]) if context else None),
        prompt=_number(numbers.get("n_prompt_tokens")) or (int(counted) if counted else None),
    )


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
