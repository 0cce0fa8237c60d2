"""Proposals that wait for the user's decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from reloc_lsp.program.shown_text.visible_text import visible_line
from reloc_lsp.server.proposals.workspace_edits import UnitChange, unit_change

if TYPE_CHECKING:
    from reloc_lsp.revision import Alternative, Proposal

CloseReason = Literal["applied", "discarded", "replaced", "stale"]
"""Why a proposal was closed: `replaced` by a newer search of its unit, `stale` because its unit was edited."""
UNCONFIRMED = "Not confirmed by a fresh run yet."


@dataclass(frozen=True)
class Choice:
    """One revision that the user can choose: its change, one or more sentences about it, and its unified diff.

    `cautions` are the sentences of the message about what to check first. `warning` is what a short title must not
    leave out: new powers or hidden text.
    """

    change: UnitChange
    message: str
    diff: str
    cautions: tuple[str, ...] = ()
    warning: str = ""


@dataclass(frozen=True)
class PendingProposal:
    """A proposal that waits, its best revision first. `id` is the id of the job that found it."""

    id: str
    uri: str
    file: Path
    proposal: Proposal
    choices: tuple[Choice, ...]

    @property
    def qualname(self) -> str:
        """The name of the revised unit."""
        return self.proposal.qualname

    @property
    def change(self) -> UnitChange:
        """What the best revision changes."""
        return self.choices[0].change

    @property
    def message(self) -> str:
        """The sentences about the best revision."""
        return self.choices[0].message

    def title(self, verb: str) -> str:
        """The title of the code action that does `verb` with the best revision."""
        warning = self.choices[0].warning
        return visible_line(f"{verb} ReLoc's revision of {self.qualname}{f' ({warning})' if warning else ''}")


class PendingProposals:
    """The proposals that wait. Each is closed when it is applied, discarded, stale or replaced by a newer search.

    `closed` is called with the id of each closed proposal and the reason.
    """

    def __init__(self, closed: Callable[[str, CloseReason], None]) -> None:
        self._by_id: dict[str, PendingProposal] = {}
        self.closed = closed

    @property
    def waiting(self) -> list[PendingProposal]:
        """The proposals, oldest first."""
        return list(self._by_id.values())

    def find(self, proposal_id: object) -> PendingProposal | None:
        """The proposal with that id, `None` if it does not wait."""
        return next((pending for pending in self.waiting if pending.id == proposal_id), None)

    def add(self, job_id: str, uri: str, file: Path, proposal: Proposal) -> PendingProposal | None:
        """Add a proposal in place of older ones for its unit; `None` if it does not improve its unit."""
        choices = choices_of(proposal) if improves(proposal) else ()
        if not choices:
            return None
        pending = PendingProposal(job_id, uri, file, proposal, choices)
        self.replace(uri, pending.change.qualname)
        self._by_id[job_id] = pending
        return pending

    def put_back(self, pending: PendingProposal) -> None:
        """Add a proposal that was taken; it is closed as `replaced` if there is a newer one for its unit."""
        if any(_is_for(other, pending.uri, pending.change.qualname) for other in self.waiting):
            self.closed(pending.id, "replaced")
        else:
            self._by_id[pending.id] = pending

    def take(self, proposal_id: str) -> PendingProposal | None:
        """Remove a proposal without closing it; `None` if it does not wait."""
        return self._by_id.pop(proposal_id, None)

    def close(self, proposal_id: str, reason: CloseReason) -> PendingProposal | None:
        """Close a proposal; `None` if it does not wait."""
        pending = self.take(proposal_id)
        if pending is not None:
            self.closed(proposal_id, reason)
        return pending

    def replace(self, uri: str, qualname: str) -> None:
        """Close the proposals for a unit as `replaced`."""
        for pending in self.waiting:
            if _is_for(pending, uri, qualname):
                self.close(pending.id, "replaced")


def _is_for(pending: PendingProposal, uri: str, qualname: str) -> bool:
    return (pending.uri, pending.change.qualname) == (uri, qualname)


def choices_of(proposal: Proposal) -> tuple[Choice, ...]:
    """The revision of a proposal and its alternatives; empty if the best one changes text outside of its unit."""
    before, after = proposal.before, proposal.after
    best = unit_change(proposal)
    if best is None:
        return ()
    sentences = [f"{proposal.qualname}: {before.passed}/{before.total} -> {after.passed}/{after.total} tests."]
    if not proposal.objective.repairs:
        sentences = [proposal.message]
    if not proposal.verified:
        sentences.append(UNCONFIRMED)
    message = " ".join([*sentences, *proposal.cautions, *proposal.why])
    choices = [Choice(best, message, proposal.diff, proposal.cautions, _warning(proposal))]
    for number, other in enumerate(proposal.alternatives, 1):
        change = unit_change(replace(proposal, source=other.source))
        if change is not None:
            tests = f"{proposal.qualname}: alternative {number}, {other.passed}/{other.total} tests."
            sentences = [tests, UNCONFIRMED, *other.cautions, *([other.contrast] if other.contrast else [])]
            choices.append(Choice(change, " ".join(sentences), other.diff, other.cautions, _warning(other)))
    return tuple(choices)


def _warning(revision: Proposal | Alternative) -> str:
    """For example `new powers, hidden text`; empty if there are none."""
    found = {"new powers": revision.powers, "hidden text": revision.hides_text}
    return ", ".join(name for name, value in found.items() if value)


def improves(proposal: Proposal) -> bool:
    """Whether a proposal is better than the original text. The best revision of a stopped search may be, too."""
    if proposal.status == "cancelled":
        better = proposal.after.passed > proposal.before.passed or not proposal.objective.repairs
        return proposal.source != proposal.original and better
    return proposal.status in ("fixed", "improved")
