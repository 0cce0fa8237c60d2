"""`textDocument/hover`: the revision that waits for the function under the mouse."""

from __future__ import annotations

import re

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.proposals.pending_proposals import PendingProposal
from reloc_lsp.server.session.unit_status import line_range


def hover(ls: ReLocServer, params: types.HoverParams) -> types.Hover | None:
    """What a proposal gains, and its diff, on the line of its function's `def`."""
    document = ls.documents.opened(params.text_document.uri)
    if document is None:
        return None
    offers = {offer.id: offer for offer in ls.proposals.waiting}
    for unit, standing in ls.standings.of(document):
        offer = offers.get(standing.offer or "")
        if offer is not None and unit.line == params.position.line + 1:
            return types.Hover(_content(ls, offer), line_range(document, unit.line))
    return None


def _content(ls: ReLocServer, offer: PendingProposal) -> types.MarkupContent:
    """In Markdown only where the editor can show it, as Emacs can not without a package."""
    diff = offer.choices[0].diff
    if ls.capabilities.markdown:
        return types.MarkupContent(types.MarkupKind.Markdown, f"**ReLoc** {literal(offer.gain)}\n\n{fenced(diff)}")
    return types.MarkupContent(types.MarkupKind.PlainText, f"ReLoc: {offer.gain}\n\n{diff}")


def literal(text: str) -> str:
    """Markdown that shows `text` as it is: what candidates returned stands in it, and must make no link or picture."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def fenced(diff: str) -> str:
    """Markdown of a diff, in a fence that nothing in it can close."""
    longest = max((len(run) for run in re.findall("`+", diff)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}diff\n{diff}{fence}"
