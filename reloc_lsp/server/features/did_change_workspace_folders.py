"""`workspace/didChangeWorkspaceFolders`."""

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer


def did_change_workspace_folders(ls: ReLocServer, params: types.DidChangeWorkspaceFoldersParams) -> None:
    """Request the settings of the current folders."""
    ls.session.request_settings()
