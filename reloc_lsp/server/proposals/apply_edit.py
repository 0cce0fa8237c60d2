"""`workspace/applyEdit`: a revision becomes the document's text, unless its unit was edited since the search."""

from __future__ import annotations

from lsprotocol import types

from reloc_lsp.server.proposals.pending_proposals import PendingProposal, PendingProposals
from reloc_lsp.server.proposals.workspace_edits import UnitChange, workspace_edit
from reloc_lsp.server.session.documents import parse
from reloc_lsp.server.session.editor_session import EditorSession
from reloc_lsp.server.session.workspace_roots import on_disk

NEW_TEXT_TIMEOUT_SECONDS = 2.0
"""How long an editor may take to send the text that an edit made. Chosen by hand."""
TYPED_TEXT_TIMEOUT_SECONDS = 0.5
"""How long typed text may arrive after the editor refused an edit because of it. Chosen by hand."""


class EditApplier:
    """Has the editor apply the revisions of pending proposals."""

    def __init__(self, session: EditorSession, pending_proposals: PendingProposals) -> None:
        self._session = session
        self._pending = pending_proposals

    async def apply(self, proposal_id: str, number: int = 0) -> bool:
        """Apply the revision `number` (from 0) of a proposal; whether the document has the new text.

        Every failure is shown to the user in one sentence. A proposal that the editor refused still waits.
        """
        pending = self._pending.take(proposal_id)
        if pending is None or not 0 <= number < len(pending.choices):
            if pending is not None:
                self._pending.put_back(pending)
            return self._failed("That revision is not available any more: run Revise with ReLoc again.")
        change, name, documents = pending.choices[number].change, pending.qualname, self._session.documents
        if not await documents.wait_until(lambda: self.is_parsable(pending), TYPED_TEXT_TIMEOUT_SECONDS):
            self._pending.put_back(pending)
            return self._failed(
                f"{pending.file.name} cannot be parsed: fix its syntax, then apply the revision of {name} again."
            )
        version = self._version(pending)
        result = await self._send(pending, change)
        if result is not None and not result.applied and await self._version_changes(pending, version):
            result = await self._send(pending, change)
        if result is None:
            self._pending.closed(pending.id, "stale")
            return self._failed(stale_message(pending))
        if not result.applied:
            self._pending.put_back(pending)
            reason = f": {result.failure_reason}" if result.failure_reason else ""
            return self._failed(f"The editor did not apply the revision of {name}{reason}.")
        if not await documents.wait_until(lambda: self._is_done(pending, change), NEW_TEXT_TIMEOUT_SECONDS):
            self._pending.put_back(pending)
            return self._failed(f"The editor dropped the revision of {name} although it reported success.")
        self._pending.closed(pending.id, "applied")
        self._session.client.log(f"{name}: the revision is applied.")
        return True

    def is_parsable(self, pending: PendingProposal) -> bool:
        """Whether the proposal's document can be parsed, if it is open. Typing breaks its syntax for moments."""
        document = self._session.documents.open_document(pending.uri)
        return document is None or document.module is not None

    def current_edit(self, pending: PendingProposal, change: UnitChange) -> types.WorkspaceEdit | None:
        """A change as an edit of the document's current text; `None` if the unit was edited.

        The edit of a file that is not open has no version. It is made only if the file on disk still has the original
        text of the search.
        """
        documents = self._session.documents
        document = documents.open_document(pending.uri)
        if document is not None:
            uri, version, text, module = document.uri, document.version, document.source, document.module
        else:
            uri, version, text = pending.uri, None, pending.proposal.original
            module = parse(text) if on_disk(pending.file) == text else None
        edits = change.rebased(module)
        if edits is None:
            return None
        versioned = self._session.capabilities.document_changes
        return workspace_edit(uri, version, text, edits, code_unit_bytes=documents.code_unit_bytes, versioned=versioned)

    async def _send(self, pending: PendingProposal, change: UnitChange) -> types.ApplyWorkspaceEditResult | None:
        """Send the edit; `None` if the unit was edited."""
        edit = self.current_edit(pending, change)
        if edit is None:
            return None
        return await self._session.client.apply(edit, f"ReLoc: {pending.qualname}")

    def _version(self, pending: PendingProposal) -> int | None:
        document = self._session.documents.open_document(pending.uri)
        return document.version if document else None

    async def _version_changes(self, pending: PendingProposal, version: int | None) -> bool:
        """Whether the open document differs from `version`, or does so soon."""
        return version is not None and await self._session.documents.wait_until(
            lambda: self._version(pending) != version, TYPED_TEXT_TIMEOUT_SECONDS
        )

    def _is_done(self, pending: PendingProposal, change: UnitChange) -> bool:
        document = self._session.documents.open_document(pending.uri)
        return change.is_done_in(document.module if document else parse(on_disk(pending.file) or ""))

    def _failed(self, message: str) -> bool:
        self._session.client.show(message, types.MessageType.Warning)
        return False


def stale_message(pending: PendingProposal) -> str:
    """Why a proposal cannot be applied after its unit was edited."""
    return (
        f"{pending.qualname} has changed since its revision began, so the revision was not applied: "
        "run Revise with ReLoc again."
    )
