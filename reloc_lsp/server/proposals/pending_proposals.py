"""Proposals that wait for the user's word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from reloc_lsp.server.proposals.workspace_edits import UnitChange, unit_change

if TYPE_CHECKING:
    from reloc_lsp.revision import Proposal

Ending = Literal["applied", "discarded", "replaced", "stale"]
"""How an offer ended: `stale` if its unit is not what it was."""


@dataclass(frozen=True)
class Choice:
    """One revision to choose, what speaks for it in words, and its unified diff."""

    change: UnitChange
    words: str
    diff: str


@dataclass(frozen=True)
class PendingProposal:
    """A proposal on the table, its best revision first; `id` is that of the job it came from."""

    id: str
    uri: str
    file: Path
    proposal: Proposal
    choices: tuple[Choice, ...]

    @property
    def change(self) -> UnitChange:
        """What the best revision changes."""
        return self.choices[0].change

    @property
    def gain(self) -> str:
        """What the best revision gained."""
        return self.choices[0].words

    def title(self, verb: str) -> str:
        """What a code action is called that does `verb` with the best revision."""
        return f"{verb} ReLoc's revision of {self.proposal.qualname}"


class Proposals:
    """The open offers. One ends by being applied, discarded or replaced by a newer search of its unit.

    `closed` is called with the id of every offer that is off the table for good, and why.
    """

    def __init__(self, closed: Callable[[str, Ending], None]) -> None:
        self._open: dict[str, PendingProposal] = {}
        self.closed = closed

    @property
    def waiting(self) -> list[PendingProposal]:
        """The open offers, oldest first."""
        return list(self._open.values())

    def add(self, job_id: str, uri: str, file: Path, proposal: Proposal) -> PendingProposal | None:
        """Put a proposal on the table; `None` if it is no improvement of its unit."""
        choices = choices_of(proposal) if improves(proposal) else ()
        if not choices:
            return None
        offer = PendingProposal(job_id, uri, file, proposal, choices)
        self.replace(uri, offer.change.qualname)
        self._open[job_id] = offer
        return offer

    def put_back(self, offer: PendingProposal) -> None:
        """Put a taken offer back on the table, unless there is a newer one for its unit."""
        if any(self._same_unit(other, offer.uri, offer.change.qualname) for other in self.waiting):
            self.closed(offer.id, "replaced")
        else:
            self._open[offer.id] = offer

    def end(self, offer_id: str, why: Ending) -> PendingProposal | None:
        """Take an offer off the table for good; `None` if it is not there."""
        offer = self.take(offer_id)
        if offer is not None:
            self.closed(offer_id, why)
        return offer

    def take(self, offer_id: str) -> PendingProposal | None:
        """Take an offer off the table; `None` if it is not there."""
        return self._open.pop(offer_id, None)

    def replace(self, uri: str, qualname: str) -> None:
        """Take the offers for a unit off the table."""
        for offer in self.waiting:
            if self._same_unit(offer, uri, qualname):
                self.end(offer.id, "replaced")

    @staticmethod
    def _same_unit(offer: PendingProposal, uri: str, qualname: str) -> bool:
        return (offer.uri, offer.change.qualname) == (uri, qualname)


def choices_of(proposal: Proposal) -> tuple[Choice, ...]:
    """The revision of a proposal and its alternatives; empty where the best one reaches outside of its unit."""
    before, after = proposal.before, proposal.after
    best = unit_change(proposal)
    if best is None:
        return ()
    words = [f"{proposal.qualname}: {before.passed}/{before.total} -> {after.passed}/{after.total} tests."]
    if not proposal.objective.repairs:
        words = [proposal.message]
    if not proposal.verified:
        words.append("Not confirmed by a fresh run yet.")
    choices = [Choice(best, " ".join([*words, *proposal.why]), proposal.diff)]
    for number, other in enumerate(proposal.alternatives, 1):
        change = unit_change(replace(proposal, source=other.source))
        if change is not None:
            said = f"{proposal.qualname}: alternative {number}, {other.passed}/{other.total} tests."
            words = [said, "Not confirmed by a fresh run yet.", *([other.contrast] if other.contrast else [])]
            choices.append(Choice(change, " ".join(words), other.diff))
    return tuple(choices)


def improves(proposal: Proposal) -> bool:
    """Whether a proposal is better than the text it began with; one stopped early may be, too."""
    if proposal.status == "cancelled":
        won = proposal.after.passed > proposal.before.passed or not proposal.objective.repairs
        return proposal.source != proposal.original and won
    return proposal.status in ("fixed", "improved")
