"""`shutdown`: every search is stopped before the reply."""

from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.proposals.persistence import keep


async def shutdown(ls: ReLocServer, params: None) -> None:
    """Stop all searches and wait until they have tidied up, at most two seconds; keep what was not answered.

    Some editors kill the process once they have the reply.
    """
    await ls.jobs.close(seconds=2.0)
    keep(ls)
