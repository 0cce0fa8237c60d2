"""What one server does not support of the protocol, learned from its refusals so that each is met only once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from reloc_lsp.inference.context_window import ContextWindow
from reloc_lsp.inference.prompt import Prompt
from reloc_lsp.search.interfaces.language_model import Sampling

_OPTIONAL = ("stream_options", "logprobs", "n_probs", "seed", "top_p", "temperature")
"""Parameters that a request can do without."""
_SLOTS = re.compile(
    r"'n': Value must be between 1 <= value <= (\d{1,4})\b|n_cmpl cannot be greater than the number of slots"
)
"""The message of llama.cpp if `n` is above the number of its slots: today's, with that number, and an older one."""


@dataclass(slots=True)
class ServerQuirks:
    """What is known of one path of one server.

    `most_replies` is the number of replies that one request may ask for, or `None` if no bound is known. `one_by_one`
    is true if the server answers no further request while it works on such a one. `unsupported` are the parameters that
    the server refused. `limit_name` is its name for the parameter that bounds the tokens of a reply. `context_window`
    is what it reported of its context window.
    """

    most_replies: int | None = None
    one_by_one: bool = False
    unsupported: set[str] = field(default_factory=set)
    limit_name: str = "max_tokens"
    context_window: ContextWindow = field(default_factory=ContextWindow)

    def replies_at_once(self, count: int) -> int:
        """The number of replies to ask for in one request, if `count` are wanted."""
        return count if self.most_replies is None else min(count, self.most_replies)

    def parameters(
        self, model: str, prompt: Prompt, sampling: Sampling, *, count: int, seed: int | None
    ) -> dict[str, Any]:
        """The parameters of a request for up to `count` replies, without what this server does not support."""
        reply_limit = self.context_window.reply_limit(sampling.max_tokens, prompt.estimate)
        number = self.replies_at_once(count)
        wanted = {
            "model": model,
            **prompt.content,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            self.limit_name: reply_limit or sampling.max_tokens,
            "seed": seed,
            "n": number if number > 1 else None,
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
        slots = _SLOTS.search(message) if "n" in sent else None
        if slots:
            self.most_replies = min(int(slots[1] or 1), sent["n"] - 1) or 1
            self.one_by_one = True
            return True
        for name in _OPTIONAL:
            if name in sent and re.search(rf"\b{name}\b", message):
                self.unsupported.add(name)
                return True
        if "n" in sent and re.search(r"[\"'`]n[\"'`]|\bn\s*(?:[=><!]|must|should|is\b)", message):
            self.most_replies = 1
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
