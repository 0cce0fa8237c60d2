"""Shows a proposal to the user, in most editors as a question (`window/showMessageRequest`)."""

from __future__ import annotations

from lsprotocol import types

from reloc_lsp.server.proposals.apply_edit import EditApplier, stale_message
from reloc_lsp.server.proposals.notification import PROPOSAL, proposal_params
from reloc_lsp.server.proposals.pending_proposals import PendingProposal, PendingProposals
from reloc_lsp.server.session.editor_client import RequestRefusedError
from reloc_lsp.server.session.editor_session import EditorSession

APPLY, SHOW_DIFF, NEXT, DISCARD = "Apply", "Show diff", "Next alternative", "Discard"
SYNTAX_ERROR_SECONDS = 3.0
"""How long a document may have a syntax error, as it has while the user types, before a message reports it.
Chosen by hand."""


class ProposalPrompt:
    """Shows pending proposals and carries out the user's answers."""

    def __init__(self, session: EditorSession, pending_proposals: PendingProposals, applier: EditApplier) -> None:
        self._session = session
        self._pending = pending_proposals
        self._applier = applier

    async def show(self, pending: PendingProposal) -> None:
        """Send the proposal to an editor that displays proposals itself; ask the user in every other editor.

        Without an answer the proposal still waits: the commands `reloc.apply` and `reloc.discard` can decide it.
        """
        client = self._session.client
        await self._until_parsable(pending)
        if self._pending.find(pending.id) is not pending:
            return
        if self._applier.current_edit(pending, pending.change) is None:
            self._pending.close(pending.id, "stale")
            client.show(stale_message(pending), types.MessageType.Warning)
        elif self._session.capabilities.proposals:
            document = self._session.documents.open_document(pending.uri)
            client.notify(PROPOSAL, proposal_params(pending, document))
        else:
            try:
                await self._ask(pending)
            except RequestRefusedError:
                action = pending.title("Apply")
                client.show(f"{pending.message} This editor cannot ask questions: use the code action {action}.")

    async def _ask(self, pending: PendingProposal) -> None:
        """Ask about one revision after the other until the user applies one, discards all or dismisses the question."""
        number, diff_shown = 0, False
        while True:
            choice = pending.choices[number]
            answers = [APPLY, DISCARD]
            if len(pending.choices) > 1:
                answers.insert(1, NEXT)
            if self._session.capabilities.show_document and choice.diff and not diff_shown:
                answers.insert(1, SHOW_DIFF)
            answer = await self._session.client.ask(choice.message, answers)
            if answer == SHOW_DIFF:
                await self._show_diff(pending.qualname, choice.diff)
                diff_shown = True
            elif answer == NEXT:
                number, diff_shown = (number + 1) % len(pending.choices), False
            else:
                break
        if answer == APPLY:
            await self._until_parsable(pending)
            await self._applier.apply(pending.id, number)
        elif answer == DISCARD:
            self._pending.close(pending.id, "discarded")
            self._session.client.log(f"{pending.qualname}: the revision is discarded.")

    async def _until_parsable(self, pending: PendingProposal) -> None:
        documents = self._session.documents
        if not await documents.wait_until(lambda: self._applier.is_parsable(pending), SYNTAX_ERROR_SECONDS):
            self._session.client.show(
                f"The revision of {pending.qualname} waits until {pending.file.name} can be parsed."
            )
            await documents.wait_until(lambda: self._applier.is_parsable(pending), None)

    async def _show_diff(self, qualname: str, diff: str) -> None:
        try:
            uri = self._session.files.write_diff(qualname, diff)
        except OSError as error:
            self._session.client.show(f"The diff cannot be written: {error}.", types.MessageType.Warning)
        else:
            await self._session.client.show_document(uri)
