"""`reloc.apply`: apply a proposal."""

from __future__ import annotations

from typing import Any

from pygls.exceptions import JsonRpcInvalidParams

from reloc_lsp.server.language_server import ReLocServer


async def apply_proposal(ls: ReLocServer, *arguments: Any) -> bool:
    """Apply a revision of a proposal; whether the document has the new text.

    Arguments: the id of the job that found the proposal; the number of the revision, from 0 (optional: the best one).
    Raises `JsonRpcInvalidParams`.
    """
    proposal_id, number = (*arguments, None, None)[:2]
    if not isinstance(proposal_id, str) or not isinstance(number, int | None):
        raise JsonRpcInvalidParams(
            "reloc.apply takes the id of the search that found the proposal, and the number of a revision (from 0, "
            "optional)."
        )
    return await ls.proposals.apply(proposal_id, number or 0)
