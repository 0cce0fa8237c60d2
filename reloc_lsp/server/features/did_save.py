"""`textDocument/didSave`."""

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer


def did_save(ls: ReLocServer, params: types.DidSaveTextDocumentParams) -> None:
    """Have what was changed looked at, where the user wants that; the save is over already."""
    ls.on_save.saved(params.text_document.uri)
