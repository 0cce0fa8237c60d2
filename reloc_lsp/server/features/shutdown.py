"""`shutdown`: every search is stopped before the reply."""

from reloc_lsp.server.keeping import keep
from reloc_lsp.server.server import ReLocServer


async def shutdown(ls: ReLocServer, params: None) -> None:
    """Stop all searches and wait until they have tidied up, at most two seconds; keep what was not answered.

    Some editors kill the process once they have the reply.
    """
    await ls.jobs.close(seconds=2.0)
    keep(ls)
