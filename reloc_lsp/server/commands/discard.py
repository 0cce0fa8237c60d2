"""`reloc.discard`: drop a proposal."""

from __future__ import annotations

from reloc_lsp.server.language_server import ReLocServer


def discard(ls: ReLocServer, proposal_id: str) -> bool:
    """Drop the proposal of that job; whether there was one."""
    return ls.proposals.end(proposal_id, "discarded") is not None
