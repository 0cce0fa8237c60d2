"""`textDocument/didChange`."""

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer


def did_change(ls: ReLocServer, params: types.DidChangeTextDocumentParams) -> None:
    """Continue what waits for a change, and publish diagnostics soon. pygls has already updated the document."""
    uri = params.text_document.uri
    ls.session.documents.notify_change()
    if ls.session.statuses.all_of(uri):
        ls.diagnostics.publish_soon(uri)
