"""What a revision has spent, what its user should know, and who receives its progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from reloc_lsp.language_model.call_estimate import CallEstimate
from reloc_lsp.program.shown_text.counting import counted
from reloc_lsp.revision.proposal import Phase, Progress, Tests
from reloc_lsp.search.budget import Spending
from reloc_lsp.search.timings import Timings
from reloc_lsp.settings import Settings

MAX_FRACTION = 0.99
"""Progress reaches 1 only with the proposal itself."""


class SearchFigures(Protocol):
    """The numbers of one search that are read from it while it runs."""

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of all candidates so far."""

    @property
    def evaluations_to_first_fix(self) -> int | None:
        """Evaluations until the first revision that meets the objective; `None` if there is none yet."""


class RunReport:
    """The running record of one revision.

    `spending` is what the revision has used of its budget, `timings` where its time goes, and `notes` are sentences for
    the user. Progress goes to
    `on_progress`.
    """

    def __init__(self, settings: Settings, on_progress: Callable[[Progress], None]) -> None:
        self.spending = Spending(settings.budget)
        self.notes: list[str] = []
        self.timings = Timings()
        self._model = settings.model
        self._on_progress = on_progress
        self._fraction = 0.0
        self._search: SearchFigures | None = None

    def note_once(self, sentence: str) -> None:
        """Add a sentence for the user, unless it is empty or there already."""
        if sentence and sentence not in self.notes:
            self.notes.append(sentence)

    def follow(self, search: SearchFigures) -> None:
        """Take the figures of `cost` from this search from now on."""
        self._search = search

    def progress(
        self,
        phase: Phase,
        message: str,
        fraction: float,
        *,
        before: Tests | None = None,
        best: Tests | None = None,
        plausible: str = "",
    ) -> None:
        """Report progress; a `fraction` below the last one is replaced by the last one."""
        self._fraction = max(self._fraction, min(fraction, MAX_FRACTION))
        spent = self.spending
        self._on_progress(
            Progress(
                phase,
                message,
                self._fraction,
                spent.seconds,
                evaluations=spent.evaluations,
                before=before,
                best=best,
                plausible=plausible,
            )
        )

    def model_cost_text(self) -> str:
        """What the model has cost so far; empty if it was not called."""
        spent = self.spending
        if not spent.calls:
            return ""
        tokens = self._tokens_text(spent.prompt_tokens, spent.cached_tokens, spent.completion_tokens)
        return f"{counted(spent.calls, 'call')} of the model, {tokens}"

    def expected_cost_text(self, expected: CallEstimate) -> str:
        """What the model is expected to cost."""
        when = "in all" if expected.whole else "in a round"
        tokens = self._tokens_text(expected.prompt_tokens, 0, expected.reply_tokens)
        return f"the model is asked up to {counted(expected.calls, 'time')} {when}, about {tokens}"

    def cost(self) -> dict[str, float | None]:
        """The `cost` of a proposal so far.

        `cpu_seconds` are those of the candidates, `first_fix` is a number of evaluations (0: no fix), and `money` is
        `None` if the settings name no prices.
        """
        spent, search = self.spending, self._search
        return {
            "evaluations": spent.evaluations,
            "calls": spent.calls,
            "prompt_tokens": spent.prompt_tokens,
            "cached_tokens": spent.cached_tokens,
            "completion_tokens": spent.completion_tokens,
            "money": self._model.price(spent.prompt_tokens, spent.cached_tokens, spent.completion_tokens),
            "seconds": round(spent.seconds, 3),
            "cpu_seconds": round(search.cpu_seconds, 3) if search else 0.0,
            "first_fix": (search.evaluations_to_first_fix or 0) if search else 0,
        }

    def _tokens_text(self, prompt: int, cached: int, reply: int) -> str:
        money = self._model.price(prompt, cached, reply)
        price = "" if money is None else f", for {money:.4f}"
        return f"{prompt:,} tokens asked, {reply:,} answered{price}"
