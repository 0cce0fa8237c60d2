"""`workspace/didChangeConfiguration`."""

from lsprotocol import types

from reloc_lsp.server.server import ReLocServer


def did_change_configuration(ls: ReLocServer, params: types.DidChangeConfigurationParams) -> None:
    """Take over the settings that came along and ask for the rest; running searches keep theirs."""
    ls.configuration.push(params.settings)
    ls.read_settings()
