"""Asking the user about a proposal, with nothing but what every editor understands."""

from __future__ import annotations

from lsprotocol import types

from reloc_lsp.server.applying import apply, current_edit, readable, refusal
from reloc_lsp.server.proposals import Offer
from reloc_lsp.server.server import ReLocServer

APPLY, SHOW_DIFF, DISCARD = "Apply", "Show diff", "Discard"
SECONDS_OF_BROKEN_TEXT = 3.0
"""How long a text may be broken, as it is while someone types, before that is worth a word."""


async def ask(server: ReLocServer, offer: Offer) -> None:
    """Ask about an offer (`window/showMessageRequest`) and do what the answer says.

    No answer leaves the offer open: the commands `reloc.apply` and `reloc.discard` still reach it.
    """
    await _until_readable(server, offer)
    if offer not in server.proposals.waiting:
        return
    if current_edit(server, offer) is None:
        server.proposals.take(offer.id)
        server.client.show(refusal(offer), types.MessageType.Warning)
        return
    answers = [APPLY, DISCARD]
    if server.capabilities.show_document and offer.proposal.diff:
        answers.insert(1, SHOW_DIFF)
    answer = await server.client.ask(offer.gain, answers)
    if answer == SHOW_DIFF:
        await _show_diff(server, offer)
        answer = await server.client.ask(offer.gain, [APPLY, DISCARD])
    if answer == APPLY:
        await _until_readable(server, offer)
        await apply(server, offer.id)
    elif answer == DISCARD:
        server.proposals.take(offer.id)
        server.client.log(f"{offer.proposal.qualname}: the revision is discarded.")


async def _until_readable(server: ReLocServer, offer: Offer) -> None:
    if not await server.documents.until(lambda: readable(server, offer), SECONDS_OF_BROKEN_TEXT):
        server.client.show(f"The revision of {offer.proposal.qualname} waits until {offer.file.name} can be parsed.")
        await server.documents.until(lambda: readable(server, offer), None)


async def _show_diff(server: ReLocServer, offer: Offer) -> None:
    try:
        uri = server.preview.write(offer.proposal.qualname, offer.proposal.diff)
    except OSError as error:
        server.client.show(f"The diff cannot be written: {error}.", types.MessageType.Warning)
    else:
        await server.client.open(uri)
