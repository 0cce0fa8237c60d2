"""From the user's yes to the new text: the guard against stale edits is ours."""

from __future__ import annotations

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.proposals.pending_proposals import PendingProposal
from reloc_lsp.server.proposals.workspace_edits import UnitChange, workspace_edit
from reloc_lsp.server.session.documents import parsed
from reloc_lsp.server.session.workspace_roots import on_disk

SECONDS_FOR_NEW_TEXT = 2.0
"""How long an editor may take to tell the text that an edit made."""
SECONDS_FOR_TYPED_TEXT = 0.5
"""How long an editor may hold back what was typed before it refused an edit."""


async def apply(server: ReLocServer, offer_id: str, number: int = 0) -> bool:
    """Have the editor apply a revision of an offer (`workspace/applyEdit`); true once the new text is there.

    Whatever keeps it from that is said in one sentence, and an offer that the editor refused stays open.
    """
    offer = server.proposals.take(offer_id)
    if offer is None or not 0 <= number < len(offer.choices):
        if offer is not None:
            server.proposals.put_back(offer)
        return _failed(server, "That revision is not on offer (any more): run Revise with ReLoc again.")
    change, name = offer.choices[number].change, offer.proposal.qualname
    if not await server.documents.until(lambda: readable(server, offer), SECONDS_FOR_TYPED_TEXT):
        server.proposals.put_back(offer)
        sentence = f"{offer.file.name} cannot be parsed: mend its syntax, then apply the revision of {name} again."
        return _failed(server, sentence)
    version = _version(server, offer)
    result = await _send(server, offer, change)
    if result is not None and not result.applied and await _moved_on(server, offer, version):
        result = await _send(server, offer, change)
    if result is None:
        server.proposals.closed(offer.id, "stale")
        return _failed(server, refusal(offer))
    if not result.applied:
        server.proposals.put_back(offer)
        reason = f": {result.failure_reason}" if result.failure_reason else ""
        return _failed(server, f"The editor did not apply the revision of {name}{reason}.")
    if not await server.documents.until(lambda: _arrived(server, offer, change), SECONDS_FOR_NEW_TEXT):
        server.proposals.put_back(offer)
        return _failed(server, f"The editor dropped the revision of {name} although it reported success.")
    server.proposals.closed(offer.id, "applied")
    server.client.log(f"{name}: the revision is applied.")
    return True


def readable(server: ReLocServer, offer: PendingProposal) -> bool:
    """Whether the text that an offer is for parses; whoever types elsewhere in it breaks it for moments."""
    document = server.documents.opened(offer.uri)
    return document is None or document.module is not None


def current_edit(server: ReLocServer, offer: PendingProposal, change: UnitChange) -> types.WorkspaceEdit | None:
    """A change of an offer as an edit of the text as it stands now; `None` where its unit is not what it was.

    A file that is not open is edited without a version, and only if the disk still holds what was searched.
    """
    document = server.documents.opened(offer.uri)
    if document is not None:
        uri, version, text, module = document.uri, document.version, document.source, document.module
    else:
        uri, version, text = offer.uri, None, offer.proposal.original
        module = parsed(text) if on_disk(offer.file) == text else None
    edits = change.rebased(module)
    if edits is None:
        return None
    versioned = server.capabilities.document_changes
    return workspace_edit(uri, version, text, edits, unit_bytes=server.documents.unit_bytes, versioned=versioned)


def refusal(offer: PendingProposal) -> str:
    """Why an offer cannot be applied any more."""
    return (
        f"{offer.proposal.qualname} has changed since its revision began, so the revision was not applied: "
        "run Revise with ReLoc again."
    )


async def _send(
    server: ReLocServer, offer: PendingProposal, change: UnitChange
) -> types.ApplyWorkspaceEditResult | None:
    edit = current_edit(server, offer, change)
    if edit is None:
        return None
    return await server.client.apply(edit, f"ReLoc: {offer.proposal.qualname}")


def _version(server: ReLocServer, offer: PendingProposal) -> int | None:
    document = server.documents.opened(offer.uri)
    return document.version if document else None


async def _moved_on(server: ReLocServer, offer: PendingProposal, version: int | None) -> bool:
    return version is not None and await server.documents.until(
        lambda: _version(server, offer) != version, SECONDS_FOR_TYPED_TEXT
    )


def _arrived(server: ReLocServer, offer: PendingProposal, change: UnitChange) -> bool:
    document = server.documents.opened(offer.uri)
    return change.is_done_in(document.module if document else parsed(on_disk(offer.file) or ""))


def _failed(server: ReLocServer, sentence: str) -> bool:
    server.client.show(sentence, types.MessageType.Warning)
    return False
