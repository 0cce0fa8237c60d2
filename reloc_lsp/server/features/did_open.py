"""`textDocument/didOpen`."""

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.proposals.persistence import bring_back


def did_open(ls: ReLocServer, params: types.DidOpenTextDocumentParams) -> None:
    """The text is in the documents already: wake those who wait for it, and bring back what was kept for it."""
    ls.documents.note_change()
    ls.on_save.opened(params.text_document.uri)
    ls.tasks.start(bring_back(ls, params.text_document.uri), "bringing back proposals")
