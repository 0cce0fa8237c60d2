"""`reloc/proposal`: the notification to an editor that displays proposals itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reloc_lsp.program.shown_text.visible_text import visible
from reloc_lsp.program.text_edit import apply_edits
from reloc_lsp.server.proposals.pending_proposals import PendingProposal
from reloc_lsp.server.session.documents import OpenDocument, parse

if TYPE_CHECKING:
    from reloc_lsp.revision.confidence import Confidence

PROPOSAL = "reloc/proposal"
PROPOSAL_CLOSED = "reloc/proposalClosed"


def _confidence(confidence: Confidence | None) -> dict[str, Any] | None:
    if confidence is None:
        return None
    return {
        "right": confidence.right,
        "sure": confidence.sure,
        "text": confidence.text,
        "question": visible(confidence.question),
    }


def proposal_params(pending: PendingProposal, document: OpenDocument | None) -> dict[str, Any]:
    """The params of `reloc/proposal`: the current text of the document, and the text that each revision would make.

    `document` is `None` if the file is not open. A revision whose unit was edited is left out.
    """
    proposal = pending.proposal
    text = document.source if document else proposal.original
    module = document.module if document else parse(text)
    choices = []
    for choice in pending.choices:
        edits = choice.change.rebased(module)
        if edits is not None:
            choices.append(
                {
                    "message": visible(choice.message),
                    "cautions": [visible(caution) for caution in choice.cautions],
                    "diff": choice.diff,
                    "revised": apply_edits(text, edits),
                }
            )
    return {
        "id": pending.id,
        "uri": pending.uri,
        "version": document.version if document else None,
        "qualname": proposal.qualname,
        "objective": proposal.objective.kind,
        "message": visible(proposal.message),
        "verified": proposal.verified,
        "confidence": _confidence(proposal.confidence),
        "before": {"passed": proposal.before.passed, "total": proposal.before.total},
        "after": {"passed": proposal.after.passed, "total": proposal.after.total},
        "why": [visible(sentence) for sentence in proposal.why],
        "notes": [visible(note) for note in (*proposal.cautions, *proposal.notes)],
        "original": text,
        "choices": choices,
    }
