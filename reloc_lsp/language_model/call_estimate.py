"""What asking will cost, told before it begins."""

from __future__ import annotations

from dataclasses import dataclass

from reloc_lsp.language_model.prompts import Prompts
from reloc_lsp.language_model.tokens import tokens_of

ADVICE_TOKENS = 250
"""An explanation with three directions, or five observations."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """So many calls, and the tokens of their prompts and replies; `whole` if that is all, else it is one round."""

    calls: int
    prompt_tokens: int
    reply_tokens: int
    whole: bool


def estimate(prompts: Prompts, room: int, calls: int, versions: int, whole: bool) -> Estimate:
    """The tokens of `calls`, `versions` of which answer with a version of the function and the others with advice."""
    task = prompts.task
    asked = sum(tokens_of(message.content) for message in prompts.observe(5, room))
    answered = versions * tokens_of(task.source) + (calls - versions) * ADVICE_TOKENS
    return Estimate(calls, calls * asked, answered, whole)
