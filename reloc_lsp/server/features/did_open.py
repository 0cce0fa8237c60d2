"""`textDocument/didOpen`."""

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer


def did_open(ls: ReLocServer, params: types.DidOpenTextDocumentParams) -> None:
    """Continue what waits for a change, and restore the document's saved proposals. pygls has already added it."""
    uri = params.text_document.uri
    ls.session.documents.notify_change()
    ls.on_save.opened(uri)
    ls.session.tasks.start(ls.proposals.restore(uri), "restoring proposals")
