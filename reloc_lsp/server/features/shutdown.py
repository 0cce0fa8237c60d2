"""`shutdown`: every search has ended before the reply."""

from reloc_lsp.server.language_server import ReLocServer


async def shutdown(ls: ReLocServer, params: None) -> None:
    """Stop all searches, wait until they have ended, and save the proposals that wait.

    Some editors kill the process when they have received the reply, so that this cannot wait for the end.
    """
    await ls.revisions.close()
    ls.proposals.save()
