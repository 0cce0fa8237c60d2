"""How much a search may spend, and how much it has spent."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Budget:
    """Upper bounds of one search; `None` is no bound. The docstrings of the fields describe these settings to users.

    The default was chosen by hand.
    """

    seconds: float | None = 60.0
    """Wall-clock seconds that a search may take."""
    evaluations: int | None = None
    """Candidates that a search may evaluate with the tests. Without a value: no bound."""
    calls: int | None = None
    """Requests that a search may make to a language model. Without a value: no bound."""
    tokens: int | None = None
    """Tokens of prompts and replies that a search may use. Without a value: no bound."""


@dataclass
class Spending:
    """What one search has used of its budget. `cached_tokens` are prompt tokens that the server had in its cache."""

    budget: Budget
    clock: Callable[[], float] = time.monotonic
    evaluations: int = 0
    calls: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    started: float = field(default=0.0)

    def __post_init__(self) -> None:
        self.started = self.started or self.clock()

    @property
    def seconds(self) -> float:
        """Wall-clock seconds since the search began."""
        return self.clock() - self.started

    def seconds_left(self) -> float:
        """Seconds until the time is up; infinite without a bound."""
        return float("inf") if self.budget.seconds is None else self.budget.seconds - self.seconds

    def evaluations_left(self) -> float:
        """How many more candidates may be evaluated; infinite without a bound."""
        return float("inf") if self.budget.evaluations is None else self.budget.evaluations - self.evaluations

    def exhausted_bound(self) -> str | None:
        """The bound that ends the search (`seconds` or `evaluations`), or `None` while neither is reached."""
        if self.seconds_left() <= 0:
            return "seconds"
        return "evaluations" if self.evaluations_left() <= 0 else None

    def exhausted_model_bound(self) -> str | None:
        """The bound that ends model calls (`calls` or `tokens`), or `None`.

        Candidates from earlier replies are still evaluated after it is reached.
        """
        budget = self.budget
        if budget.calls is not None and self.calls >= budget.calls:
            return "calls"
        if budget.tokens is not None and self.prompt_tokens + self.completion_tokens >= budget.tokens:
            return "tokens"
        return None
