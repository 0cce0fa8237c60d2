"""`textDocument/didChange`."""

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer


def did_change(ls: ReLocServer, params: types.DidChangeTextDocumentParams) -> None:
    """The text is in the documents already: wake those who wait for it."""
    ls.documents.note_change()
    if ls.standings.all_of(params.text_document.uri):
        ls.publish_soon(params.text_document.uri)
