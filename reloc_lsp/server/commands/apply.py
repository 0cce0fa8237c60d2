"""`reloc.apply`: apply a proposal."""

from __future__ import annotations

from typing import Any

from pygls.exceptions import JsonRpcInvalidParams

from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.proposals.apply_edit import apply


async def apply_proposal(ls: ReLocServer, *arguments: Any) -> bool:
    """Apply a revision of the proposal of a job; whether the new text is in the editor.

    Arguments: the job's id; which of the proposal's revisions, from 0 (may be left out: the best one).
    """
    proposal_id, number = (*arguments, None, None)[:2]
    if not isinstance(proposal_id, str) or not isinstance(number, int | None):
        raise JsonRpcInvalidParams(
            "reloc.apply takes the id of the search that made the proposal, and the number of a revision (from 0, may "
            "be left out)."
        )
    return await apply(ls, proposal_id, number or 0)
