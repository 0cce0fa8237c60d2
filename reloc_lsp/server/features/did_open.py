"""`textDocument/didOpen`."""

from lsprotocol import types

from reloc_lsp.server.server import ReLocServer


def did_open(ls: ReLocServer, params: types.DidOpenTextDocumentParams) -> None:
    """The text is in the documents already: wake those who wait for it."""
    ls.documents.note_change()
    ls.on_save.opened(params.text_document.uri)
