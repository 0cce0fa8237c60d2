"""`textDocument/didSave`."""

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer


def did_save(ls: ReLocServer, params: types.DidSaveTextDocumentParams) -> None:
    """Check the changed functions soon, if the user wants that (`editor.on_save`)."""
    ls.on_save.saved(params.text_document.uri)
