"""`reloc.discard`: discard a proposal."""

from __future__ import annotations

from reloc_lsp.server.language_server import ReLocServer


def discard(ls: ReLocServer, proposal_id: str) -> bool:
    """Discard the proposal with that id; whether there was one."""
    return ls.proposals.discard(proposal_id)
