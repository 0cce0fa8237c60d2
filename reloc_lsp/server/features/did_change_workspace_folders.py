"""`workspace/didChangeWorkspaceFolders`."""

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer


def did_change_workspace_folders(ls: ReLocServer, params: types.DidChangeWorkspaceFoldersParams) -> None:
    """Read the settings of the folders as they are now."""
    ls.read_settings()
