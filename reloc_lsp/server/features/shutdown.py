"""`shutdown`: every search is stopped before the reply."""

from reloc_lsp.server.server import ReLocServer


async def shutdown(ls: ReLocServer, params: None) -> None:
    """Stop all searches and wait until they have tidied up, at most two seconds."""
    await ls.jobs.close(seconds=2.0)
