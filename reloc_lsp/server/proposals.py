"""Proposals that wait for the user's word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reloc_lsp.server.edits import UnitChange, unit_change

if TYPE_CHECKING:
    from reloc_lsp.revision import Proposal


@dataclass(frozen=True)
class Offer:
    """A proposal on the table; `id` is that of the job it came from."""

    id: str
    uri: str
    file: Path
    proposal: Proposal
    change: UnitChange

    @property
    def gain(self) -> str:
        """What was gained, how, and what speaks for it or against it."""
        before, after = self.proposal.before, self.proposal.after
        sentences = [f"{self.proposal.qualname}: {before.passed}/{before.total} -> {after.passed}/{after.total} tests."]
        if not self.proposal.verified:
            sentences.append("Not confirmed by a fresh run yet.")
        return " ".join([*sentences, *self.proposal.why])


class Proposals:
    """The open offers. One ends by being applied, discarded or replaced by a newer search of its unit."""

    def __init__(self) -> None:
        self._open: dict[str, Offer] = {}

    @property
    def waiting(self) -> list[Offer]:
        """The open offers, oldest first."""
        return list(self._open.values())

    def add(self, job_id: str, uri: str, file: Path, proposal: Proposal) -> Offer | None:
        """Put a proposal on the table; `None` if it is no improvement of its unit."""
        change = unit_change(proposal) if improves(proposal) else None
        if change is None:
            return None
        self.replace(uri, change.qualname)
        self._open[job_id] = Offer(job_id, uri, file, proposal, change)
        return self._open[job_id]

    def put_back(self, offer: Offer) -> None:
        """Put a taken offer back on the table, behind a newer one for its unit."""
        if not any(self._same_unit(other, offer.uri, offer.change.qualname) for other in self.waiting):
            self._open[offer.id] = offer

    def take(self, offer_id: str) -> Offer | None:
        """Take an offer off the table; `None` if it is not there."""
        return self._open.pop(offer_id, None)

    def replace(self, uri: str, qualname: str) -> None:
        """Take the offers for a unit off the table."""
        for offer in self.waiting:
            if self._same_unit(offer, uri, qualname):
                self.take(offer.id)

    @staticmethod
    def _same_unit(offer: Offer, uri: str, qualname: str) -> bool:
        return (offer.uri, offer.change.qualname) == (uri, qualname)


def improves(proposal: Proposal) -> bool:
    """Whether a proposal is better than the text it began with; one stopped early may be, too."""
    if proposal.status == "cancelled":
        return bool(proposal.source) and proposal.after.passed > proposal.before.passed
    return proposal.status in ("fixed", "improved")
