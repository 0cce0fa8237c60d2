"""What one server does not support of the protocol, learned from its refusals so that each is met only once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reloc_lsp.inference.context_window import ContextWindow
from reloc_lsp.search.interfaces.language_model import Message, Sampling
from reloc_lsp.search.token_estimate import estimate_prompt_tokens

_OPTIONAL = ("stream_options", "seed", "top_p", "temperature")
"""Parameters that a request can do without."""


@dataclass(slots=True)
class ServerQuirks:
    """What is known of one server.

    `supports_n` is false once a request with `n` brought fewer replies. `unsupported` are the parameters that the
    server refused. `limit_name` is its name for the parameter that bounds the tokens of a reply. `context_window` is
    what it reported of its context window.
    """

    supports_n: bool = True
    unsupported: set[str] = field(default_factory=set)
    limit_name: str = "max_tokens"
    context_window: ContextWindow = field(default_factory=ContextWindow)

    def parameters(
        self, model: str, messages: Sequence[Message], sampling: Sampling, *, count: int, seed: int | None
    ) -> dict[str, Any]:
        """The parameters of a request for `count` replies, without what this server does not support."""
        reply_limit = self.context_window.reply_limit(sampling.max_tokens, estimate_prompt_tokens(messages))
        wanted = {
            "model": model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            self.limit_name: reply_limit or sampling.max_tokens,
            "seed": seed,
            "n": count if count > 1 and self.supports_n else None,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        return {name: value for name, value in wanted.items() if value is not None and name not in self.unsupported}

    def learn_from_refusal(self, message: str, sent: dict[str, Any]) -> bool:
        """Whether the `message` of a refusal names one of the parameters `sent` that a request can do without.

        From then on requests do without it.
        """
        if "max_tokens" in sent and "max_tokens" in message and "max_completion_tokens" in message:
            self.limit_name = "max_completion_tokens"
            return True
        for name in _OPTIONAL:
            if name in sent and re.search(rf"\b{name}\b", message):
                self.unsupported.add(name)
                return True
        if "n" in sent and re.search(r"[\"'`]n[\"'`]|\bn\s*(?:[=><!]|must|should|is\b)", message):
            self.supports_n = False
            return True
        return False

    def learn_context_window(self, reported: ContextWindow) -> ContextWindow:
        """All that is known of the context window, for the prompt that `reported` is about.

        Only the length of that prompt is not remembered.
        """
        context = reported.context or self.context_window.context
        longest_reply = reported.longest_reply or self.context_window.longest_reply
        self.context_window = ContextWindow(context, longest_reply=longest_reply)
        return replace(self.context_window, prompt=reported.prompt)
