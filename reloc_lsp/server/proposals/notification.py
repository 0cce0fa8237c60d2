"""What an editor that draws proposals itself is told of one: `reloc/proposal`."""

from __future__ import annotations

from typing import Any

from reloc_lsp.program.text_edit import apply_edits
from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.proposals.pending_proposals import PendingProposal
from reloc_lsp.server.session.documents import parsed

PROPOSAL = "reloc/proposal"


def announcement(server: ReLocServer, offer: PendingProposal) -> dict[str, Any]:
    """The offer, with the whole text of its document as it stands now and as each revision would make it."""
    document = server.documents.opened(offer.uri)
    text = document.source if document else offer.proposal.original
    module = document.module if document else parsed(text)
    proposal = offer.proposal
    choices = []
    for choice in offer.choices:
        edits = choice.change.rebased(module)
        if edits is not None:
            choices.append({"message": choice.words, "diff": choice.diff, "revised": apply_edits(text, edits)})
    return {
        "id": offer.id,
        "uri": offer.uri,
        "version": document.version if document else None,
        "qualname": proposal.qualname,
        "objective": proposal.objective.kind,
        "message": proposal.message,
        "verified": proposal.verified,
        "before": {"passed": proposal.before.passed, "total": proposal.before.total},
        "after": {"passed": proposal.after.passed, "total": proposal.after.total},
        "why": list(proposal.why),
        "notes": list(proposal.notes),
        "original": text,
        "choices": choices,
    }
