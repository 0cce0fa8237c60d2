"""Asking the user about a proposal, in most editors with nothing but what every one of them understands."""

from __future__ import annotations

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.proposals.apply_edit import apply, current_edit, readable, refusal
from reloc_lsp.server.proposals.notification import PROPOSAL, announcement
from reloc_lsp.server.proposals.pending_proposals import PendingProposal
from reloc_lsp.server.session.editor_client import RefusedError

APPLY, SHOW_DIFF, NEXT, DISCARD = "Apply", "Show diff", "Next alternative", "Discard"
SECONDS_OF_BROKEN_TEXT = 3.0
"""How long a text may be broken, as it is while someone types, before that is worth a word."""


async def ask(server: ReLocServer, offer: PendingProposal) -> None:
    """Put an offer before the user: an editor that knows proposals draws it itself, others ask a question.

    No answer leaves the offer open: the commands `reloc.apply` and `reloc.discard` still reach it.
    """
    await _until_readable(server, offer)
    if offer not in server.proposals.waiting:
        return
    if current_edit(server, offer, offer.change) is None:
        server.proposals.end(offer.id, "stale")
        server.client.show(refusal(offer), types.MessageType.Warning)
    elif server.capabilities.proposals:
        server.client.notify(PROPOSAL, announcement(server, offer))
    else:
        try:
            await _question(server, offer)
        except RefusedError:
            action = offer.title("Apply")
            server.client.show(f"{offer.gain} This editor puts no questions: the code action {action} does it.")


async def _question(server: ReLocServer, offer: PendingProposal) -> None:
    """Ask (`window/showMessageRequest`) until the answer ends it, one revision after the other."""
    number, shown = 0, False
    while True:
        choice = offer.choices[number]
        answers = [APPLY, DISCARD]
        if len(offer.choices) > 1:
            answers.insert(1, NEXT)
        if server.capabilities.show_document and choice.diff and not shown:
            answers.insert(1, SHOW_DIFF)
        answer = await server.client.ask(choice.words, answers)
        if answer == SHOW_DIFF:
            await _show_diff(server, offer.proposal.qualname, choice.diff)
            shown = True
        elif answer == NEXT:
            number, shown = (number + 1) % len(offer.choices), False
        else:
            break
    if answer == APPLY:
        await _until_readable(server, offer)
        await apply(server, offer.id, number)
    elif answer == DISCARD:
        server.proposals.end(offer.id, "discarded")
        server.client.log(f"{offer.proposal.qualname}: the revision is discarded.")


async def _until_readable(server: ReLocServer, offer: PendingProposal) -> None:
    if not await server.documents.until(lambda: readable(server, offer), SECONDS_OF_BROKEN_TEXT):
        server.client.show(f"The revision of {offer.proposal.qualname} waits until {offer.file.name} can be parsed.")
        await server.documents.until(lambda: readable(server, offer), None)


async def _show_diff(server: ReLocServer, qualname: str, diff: str) -> None:
    try:
        uri = server.preview.write(qualname, diff)
    except OSError as error:
        server.client.show(f"The diff cannot be written: {error}.", types.MessageType.Warning)
    else:
        await server.client.open(uri)
