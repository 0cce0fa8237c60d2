"""Proposals that wait for the user's word, and the way from that word to an edit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from reloc_lsp.server.edits import UnitChange, unit_change, workspace_edit
from reloc_lsp.server.preview import Preview
from reloc_lsp.server.snapshot import on_disk

if TYPE_CHECKING:
    from reloc_lsp.revision import Proposal
    from reloc_lsp.server.documents import Documents
    from reloc_lsp.server.server import ReLocServer

APPLY, SHOW_DIFF, DISCARD = "Apply", "Show diff", "Discard"
SECONDS_FOR_NEW_TEXT = 2.0
"""How long an editor may take to tell the text that an edit made."""


@dataclass(frozen=True)
class Offer:
    """A proposal on the table; `id` is the job it came from."""

    id: str
    uri: str
    file: Path
    proposal: Proposal
    change: UnitChange

    @property
    def gain(self) -> str:
        """What was gained, in a sentence or two."""
        proposal = self.proposal
        before, after = proposal.before, proposal.after
        early = "" if proposal.verified else " Not confirmed in a fresh run yet."
        why = f" {proposal.why[0]}" if proposal.why else ""
        return (
            f"{proposal.qualname}: {before.passed}/{before.total} -> {after.passed}/{after.total} tests."
            f"{early}{why}"
        )


class Proposals:
    """The offers that are open. An offer ends by being applied, discarded or replaced by a newer one."""

    def __init__(self, server: ReLocServer) -> None:
        self._server = server
        self._preview = Preview()
        self._open: dict[str, Offer] = {}

    @property
    def waiting(self) -> list[Offer]:
        """The open offers, oldest first."""
        return list(self._open.values())

    def close(self) -> None:
        """Drop every offer and what was written to show it."""
        self._open.clear()
        self._preview.close()

    def add(self, job_id: str, uri: str, file: Path, proposal: Proposal) -> Offer | None:
        """Put a proposal on the table; `None` if it improves nothing that can be edited."""
        change = unit_change(proposal)
        if change is None or proposal.after.passed <= proposal.before.passed:
            return None
        self.replace(uri, change.qualname)
        self._open[job_id] = Offer(job_id, uri, file, proposal, change)
        return self._open[job_id]

    def replace(self, uri: str, qualname: str) -> None:
        """Take offers for a unit off the table: a newer search speaks for it."""
        for offer in self.waiting:
            if (offer.uri, offer.change.qualname) == (uri, qualname):
                del self._open[offer.id]

    def discard(self, offer_id: str) -> bool:
        """Take an offer off the table; false if it is not there."""
        return self._open.pop(offer_id, None) is not None

    async def ask(self, offer: Offer) -> None:
        """Ask the user about an offer and do what the answer says; no answer leaves the offer open."""
        if self._current(offer) is None:
            self.discard(offer.id)
            self._refuse(offer)
            return
        client = self._server.client
        shows = self._server.capabilities.show_document
        while True:
            answers = [APPLY, *([SHOW_DIFF] if shows else []), DISCARD]
            answer = await client.ask(offer.gain, answers)
            if answer == SHOW_DIFF:
                shows = False
                await client.open(self._preview.write(offer.proposal.qualname, offer.proposal.diff))
                continue
            if answer == APPLY:
                await self.apply(offer.id)
            elif answer == DISCARD:
                self.discard(offer.id)
            return

    async def apply(self, offer_id: str) -> bool:
        """Have the editor apply an offer to the text as it stands now; true once the new text is there."""
        offer = self._open.pop(offer_id, None)
        if offer is None:
            self._warn("That revision is not on offer any more: run Revise with ReLoc again.")
            return False
        current = self._current(offer)
        if current is None:
            self._refuse(offer)
            return False
        edit, label = current, f"ReLoc: {offer.proposal.qualname}"
        result = await self._server.client.apply(edit, label)
        if result is None or not result.applied:
            self._open.setdefault(offer.id, offer)
            reason = f" ({result.failure_reason})" if result and result.failure_reason else ""
            self._warn(f"The editor did not apply the revision of {offer.proposal.qualname}{reason}.")
            return False
        if not await self._documents.until(lambda: self._holds(offer), SECONDS_FOR_NEW_TEXT):
            self._warn(
                f"The editor said it applied the revision of {offer.proposal.qualname}, "
                "but its text does not show it: nothing was changed."
            )
            return False
        self._server.client.log(f"{offer.proposal.qualname}: revision applied.")
        return True

    @property
    def _documents(self) -> Documents:
        return self._server.documents

    def _current(self, offer: Offer) -> types.WorkspaceEdit | None:
        """The offer as an edit of the text as it stands now; `None` where the unit is not what it was."""
        versioned = self._server.capabilities.document_changes
        document = self._documents.opened(offer.uri)
        if document is not None:
            edits = offer.change.rebased(document.module)
            text, version, uri = document.source, document.version, document.uri
        else:
            unchanged = on_disk(offer.file) == offer.proposal.original
            edits = offer.change.edits_of(offer.proposal.original) if unchanged else None
            text, version, uri = offer.proposal.original, None, offer.uri
        if edits is None:
            return None
        return workspace_edit(uri, version, text, edits, self._documents.unit_bytes, versioned)

    def _holds(self, offer: Offer) -> bool:
        document = self._documents.opened(offer.uri)
        text = document.source if document else on_disk(offer.file)
        return text is not None and offer.change.after in text

    def _refuse(self, offer: Offer) -> None:
        self._warn(
            f"{offer.proposal.qualname} was edited while it was being revised, so its revision was not "
            "applied: run Revise with ReLoc again."
        )

    def _warn(self, message: str) -> None:
        self._server.client.show(message, types.MessageType.Warning)
