"""What an objective decides about a search. The run drives the search and asks the strategy at each step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from reloc_lsp.revision.proposal import Proposal, Tests
from reloc_lsp.search.decision_rules import Rules
from reloc_lsp.search.local_search import LocalSearch

Announce = Callable[[str], None]
"""Receives a message about the confirmation that begins."""


class ObjectiveStrategy(Protocol):
    """The decisions for one unit: which candidates are made, which of them are better, how the result is described."""

    @property
    def reserved_share(self) -> float:
        """The least share (0 to 1) of the time that is kept for the choice and its confirmation after the search."""

    def before_search(self) -> Proposal | None:
        """The proposal if no search is needed; raises `EvaluationError` if the unchanged unit does not allow one."""

    def rules(self) -> Rules:
        """The rules of the search: neighbourhood, update rule, reward."""

    def progress_message(self, search: LocalSearch) -> str:
        """What is searched, and how good the best revision so far is."""

    def best_tests(self, search: LocalSearch) -> Tests | None:
        """What the best revision so far passes; `None` if every candidate that counts passes all tests."""

    def plausible(self, search: LocalSearch) -> str:
        """What the first revision changes that meets the objective; empty if there is none, or it may not be shown."""

    async def confirmed(self, search: LocalSearch, announce: Announce) -> Proposal | None:
        """The best revision that meets the objective and that a cold run confirms, with alternatives."""

    async def partial(self, search: LocalSearch, announce: Announce, until: float) -> Proposal | None:
        """If nothing meets the objective: the best confirmed revision that is better. `until` is a monotonic time."""

    def unconfirmed(self, search: LocalSearch) -> Proposal | None:
        """The best revision so far, without a confirmation."""

    def nothing_found(self) -> Proposal:
        """The proposal if no revision is better than the unchanged unit."""
