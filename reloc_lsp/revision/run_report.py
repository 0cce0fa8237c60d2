"""What a revision has spent, what it noticed on the way, and who hears of its progress."""

from __future__ import annotations

from collections.abc import Callable

from reloc_lsp.language_model.call_estimate import CallEstimate
from reloc_lsp.revision.proposal import Phase, Progress, Tests
from reloc_lsp.search.budget import Spending
from reloc_lsp.settings import Settings


class RunReport:
    """The running account of one revision. `news` hears of its progress; `notes` are sentences for the user."""

    def __init__(self, settings: Settings, news: Callable[[Progress], None]) -> None:
        self.spending = Spending(settings.budget)
        self.model = settings.model
        self.notes: list[str] = []
        self.cpu = 0.0
        self.first_fix = 0
        self._news = news
        self._fraction = 0.0

    def tell(
        self, phase: Phase, message: str, fraction: float, before: Tests | None = None, best: Tests | None = None
    ) -> None:
        """Report progress; a `fraction` that would fall is held."""
        self._fraction = max(self._fraction, min(fraction, 0.99))
        spent = self.spending
        self._news(
            Progress(
                phase, message, self._fraction, spent.seconds, evaluations=spent.evaluations, before=before, best=best
            )
        )

    def in_words(self, prompt_tokens: int, cached_tokens: int, reply_tokens: int) -> str:
        """Tokens, and money where there are prices."""
        money = self.model.price(prompt_tokens, cached_tokens, reply_tokens)
        price = "" if money is None else f", for {money:.4f}"
        return f"{prompt_tokens:,} tokens asked, {reply_tokens:,} answered{price}"

    def so_far(self) -> str:
        """What the model has cost so far, in words; empty where it was not asked."""
        spent = self.spending
        if not spent.calls:
            return ""
        tokens = self.in_words(spent.prompt_tokens, spent.cached_tokens, spent.completion_tokens)
        return f"{spent.calls} calls of the model, {tokens}"

    def beforehand(self, expected: CallEstimate) -> str:
        """What the model will cost, in words."""
        when = "in all" if expected.whole else "in a round"
        tokens = self.in_words(expected.prompt_tokens, 0, expected.reply_tokens)
        return f"the model is asked up to {expected.calls} times {when}, about {tokens}"

    def cost(self) -> dict[str, float | None]:
        """The `cost` of a Proposal.

        `cpu_seconds` are those of candidates, `first_fix` counts evaluations, `money` is `None` without prices.
        """
        spent = self.spending
        return {
            "evaluations": spent.evaluations,
            "calls": spent.calls,
            "prompt_tokens": spent.prompt_tokens,
            "cached_tokens": spent.cached_tokens,
            "completion_tokens": spent.completion_tokens,
            "money": self.model.price(spent.prompt_tokens, spent.cached_tokens, spent.completion_tokens),
            "seconds": round(spent.seconds, 3),
            "cpu_seconds": round(self.cpu, 3),
            "first_fix": self.first_fix,
        }
