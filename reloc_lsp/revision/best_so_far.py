"""The answer of a revision that ends early, because its caller stopped it or its time is up."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reloc_lsp.revision.proposal import Proposal
from reloc_lsp.revision.report_text import passing_text
from reloc_lsp.revision.search_run import SearchRun


@dataclass
class BestSoFar:
    """The search that runs or ran last, and the best confirmed proposal of the units before it."""

    run: SearchRun | None = None
    confirmed: Proposal | None = None

    def stopped(self) -> Proposal | None:
        """The answer to a caller that stopped the revision; `None` if no search has begun."""
        if self.confirmed is not None:
            return _stopped(self.confirmed, f"Stopped. {self.confirmed.message}")
        if self.run is None:
            return None
        found = self.run.unconfirmed()
        if found is None:
            unchanged = self.run.context.unchanged_proposal()
            tests = passing_text(unchanged.before)
            return _stopped(unchanged, f"Stopped before anything better was confirmed ({tests}).")
        best = f" {passing_text(found.after)} (before: {passing_text(found.before)})"
        if not found.objective.repairs:
            best = f": {found.message.rstrip('.')}"
        return _stopped(found, f"Stopped; best so far{best}, not confirmed by a fresh run.")

    def out_of_time(self) -> Proposal | None:
        """The answer when the budget ends within a step; `None` if no search has begun."""
        if self.confirmed is not None:
            return self.confirmed
        if self.run is None:
            return None
        found = self.run.unconfirmed()
        if found is None:
            return self.run.strategy.nothing_found()
        best = passing_text(found.after) if found.objective.repairs else found.message.rstrip(".")
        message = f"The time was up before a fresh run could confirm the best so far ({best})."
        # Not confirmed, so it is neither called fixed nor written by --apply.
        return replace(found, status="cancelled", reason="out-of-time", message=message)


def _stopped(proposal: Proposal, message: str) -> Proposal:
    return replace(proposal, status="cancelled", reason="stopped", message=message)
