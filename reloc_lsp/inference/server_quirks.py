"""What one server was found to understand of the protocol, so that a refusal is met only once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reloc_lsp.inference.context_window import ContextWindow
from reloc_lsp.search.language_model import Message, Sampling
from reloc_lsp.search.token_estimate import estimate_prompt_tokens

_OPTIONAL = ("stream_options", "seed", "top_p", "temperature")


@dataclass(slots=True)
class Dialect:
    """One server's way of speaking, learned from its refusals and from what came back.

    `honours_n` is false once fewer replies came than were asked for in one request; `left_out` are the parameters
    it refused; `bound` is its name for the limit on a reply's tokens; `room` what it said of its context.
    """

    honours_n: bool = True
    left_out: set[str] = field(default_factory=set)
    bound: str = "max_tokens"
    room: ContextWindow = field(default_factory=ContextWindow)

    def parameters(
        self, model: str, messages: Sequence[Message], sampling: Sampling, count: int, seed: int | None
    ) -> dict[str, Any]:
        """The request for `count` replies, as this server takes it."""
        estimate = estimate_prompt_tokens(messages)
        all_of_them = {
            "model": model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            self.bound: self.room.for_reply(sampling.max_tokens, estimate) or sampling.max_tokens,
            "seed": seed,
            "n": count if count > 1 and self.honours_n else None,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        return {name: value for name, value in all_of_them.items() if value is not None and name not in self.left_out}

    def learn(self, words: str, sent: dict[str, Any]) -> bool:
        """Whether a refusal in these `words` names something `sent` that can be done without; it is, from now on."""
        if "max_tokens" in sent and "max_tokens" in words and "max_completion_tokens" in words:
            self.bound = "max_completion_tokens"
            return True
        for name in _OPTIONAL:
            if name in sent and re.search(rf"\b{name}\b", words):
                self.left_out.add(name)
                return True
        if "n" in sent and re.search(r"[\"'`]n[\"'`]|\bn\s*(?:[=><!]|must|should|is\b)", words):
            self.honours_n = False
            return True
        return False

    def learn_room(self, told: ContextWindow) -> ContextWindow:
        """What is known of the room for the prompt that `told` is about; its prompt's length is not kept."""
        known = ContextWindow(told.context or self.room.context, None, told.longest_reply or self.room.longest_reply)
        self.room = known
        return replace(known, prompt=told.prompt)
