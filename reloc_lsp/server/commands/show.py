"""`reloc.show`: show a proposal that waits."""

from __future__ import annotations

from typing import Any

from reloc_lsp.server.language_server import ReLocServer


def show(ls: ReLocServer, *arguments: Any) -> bool:
    """Show the proposal with the given id to the user; whether it waits."""
    pending = ls.proposals.find(arguments[0] if arguments else None)
    if pending is not None:
        ls.proposals.show(pending)
    return pending is not None
