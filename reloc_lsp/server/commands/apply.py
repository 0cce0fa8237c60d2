"""`reloc.apply`: apply a proposal."""

from __future__ import annotations

from reloc_lsp.server.applying import apply
from reloc_lsp.server.server import ReLocServer


async def apply_proposal(ls: ReLocServer, proposal_id: str) -> bool:
    """Apply the proposal of that job; whether the new text is in the editor."""
    return await apply(ls, proposal_id)
