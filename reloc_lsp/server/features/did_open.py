"""`textDocument/didOpen`."""

from lsprotocol import types

from reloc_lsp.server.keeping import bring_back
from reloc_lsp.server.server import ReLocServer


def did_open(ls: ReLocServer, params: types.DidOpenTextDocumentParams) -> None:
    """The text is in the documents already: wake those who wait for it, and bring back what was kept for it."""
    ls.documents.note_change()
    ls.on_save.opened(params.text_document.uri)
    ls.tasks.start(bring_back(ls, params.text_document.uri), "bringing back proposals")
