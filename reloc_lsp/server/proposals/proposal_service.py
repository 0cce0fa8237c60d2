"""The service that knows every pending proposal and what can be done with it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from reloc_lsp.server.proposals import persistence
from reloc_lsp.server.proposals.apply_edit import EditApplier
from reloc_lsp.server.proposals.hint_policy import HintPolicy
from reloc_lsp.server.proposals.notification import PROPOSAL_CLOSED
from reloc_lsp.server.proposals.pending_proposals import CloseReason, PendingProposal, PendingProposals
from reloc_lsp.server.proposals.user_question import ProposalPrompt
from reloc_lsp.server.session.diagnostics import DiagnosticsPublisher
from reloc_lsp.server.session.editor_session import EditorSession
from reloc_lsp.server.session.unit_status import UnitStatus

if TYPE_CHECKING:
    from reloc_lsp.revision import Proposal


class ProposalService:
    """Adds, shows, applies, discards, saves and restores proposals."""

    def __init__(self, session: EditorSession, diagnostics: DiagnosticsPublisher) -> None:
        self._session = session
        self._diagnostics = diagnostics
        self._hint_policy = HintPolicy()
        self._pending = PendingProposals(self._closed)
        self._applier = EditApplier(session, self._pending)
        self._prompt = ProposalPrompt(session, self._pending, self._applier)

    @property
    def waiting(self) -> list[PendingProposal]:
        """The pending proposals, oldest first."""
        return self._pending.waiting

    def find(self, proposal_id: object) -> PendingProposal | None:
        """The pending proposal with that id, `None` if there is none."""
        return self._pending.find(proposal_id)

    def add(self, job_id: str, uri: str, file: Path, proposal: Proposal) -> PendingProposal | None:
        """Add a proposal in place of older ones for its unit; `None` if it does not improve its unit."""
        return self._pending.add(job_id, uri, file, proposal)

    def add_hint(self, job_id: str, uri: str, file: Path, proposal: Proposal) -> PendingProposal | None:
        """Add a proposal that the user did not request; `None` also if the hint policy does not allow it."""
        pending = self._pending.add(job_id, uri, file, proposal)
        if pending is not None and not self._hint_policy.allows(pending):
            self._pending.take(pending.id)
            return None
        return pending

    def replace(self, uri: str, qualname: str) -> None:
        """Close the proposals for a unit because a new search of it begins."""
        self._pending.replace(uri, qualname)

    def show(self, pending: PendingProposal) -> None:
        """Show a proposal to the user, in the background."""
        self._session.tasks.start(self._prompt.show(pending), f"showing the proposal for {pending.qualname}")

    async def apply(self, proposal_id: str, number: int) -> bool:
        """Apply the revision `number` (from 0) of a proposal; whether the document has the new text."""
        return await self._applier.apply(proposal_id, number)

    def discard(self, proposal_id: str) -> bool:
        """Close a proposal as discarded; whether there was one."""
        return self._pending.close(proposal_id, "discarded") is not None

    def save(self) -> None:
        """Write the pending proposals to disk, unless the editor displays proposals itself and so keeps them."""
        if self.waiting and not self._session.capabilities.proposals:
            persistence.save(self.waiting)

    async def restore(self, uri: str) -> None:
        """Add the saved proposals of a document that was just opened, if their units are unchanged.

        They are shown as hints: a question at the start of the editor would disturb the user.
        """
        documents, client = self._session.documents, self._session.client
        file = documents.file(uri)
        records = await asyncio.to_thread(persistence.take_records, file) if file else []
        document = documents.open_document(uri)
        if document is None or file is None:
            return
        for record in records:
            pending = persistence.from_record(record, document.uri, file, document.source)
            if pending.change.rebased(document.module) is None:
                client.log(f"{pending.qualname} has changed, so its saved revision is dropped.")
                continue
            self._pending.put_back(pending)
            change, before = pending.change, pending.proposal.before
            message = f"A revision waits. {pending.message}"
            status = UnitStatus(
                change.qualname,
                change.before,
                passed=before.passed,
                total=before.total,
                message=message,
                proposal_id=pending.id,
            )
            self._session.statuses.set(document.uri, status)
            client.show(f"{message} The code action {pending.title('Show')} shows it.")
            self._diagnostics.publish(document.uri)

    def _closed(self, proposal_id: str, reason: CloseReason) -> None:
        """Remove the diagnostics of a closed proposal, and notify an editor that displays proposals itself."""
        self._hint_policy.proposal_closed(proposal_id, reason)
        for uri in self._session.statuses.remove_proposal(proposal_id):
            self._diagnostics.publish(uri)
        if self._session.capabilities.proposals:
            self._session.client.notify(PROPOSAL_CLOSED, {"id": proposal_id, "why": reason})
