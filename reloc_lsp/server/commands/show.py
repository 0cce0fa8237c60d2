"""`reloc.show`: put a waiting proposal before the user."""

from __future__ import annotations

from typing import Any

from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.proposals.prompt import ask


def show(ls: ReLocServer, *arguments: Any) -> bool:
    """Put the proposal of that job before the user; whether it waits."""
    wanted = arguments[0] if arguments else None
    offer = next((offer for offer in ls.proposals.waiting if offer.id == wanted), None)
    if offer is not None:
        ls.tasks.start(ask(ls, offer), f"asking about {offer.proposal.qualname}")
    return offer is not None
