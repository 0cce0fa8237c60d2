"""`initialized`: from here on the editor can be asked."""

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.session.configuration import SECTION
from reloc_lsp.server.session.log_level import heed_log_level


def initialized(ls: ReLocServer, params: types.InitializedParams) -> None:
    """Read the editor's settings and have their changes told (`client/registerCapability`)."""
    ls.read_settings()
    ls.tasks.start(heed_log_level(ls), "heeding the log level")
    if ls.capabilities.configuration_registration:
        method = types.WORKSPACE_DID_CHANGE_CONFIGURATION
        options = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
        ls.tasks.start(ls.client.register(method, options), f"registering {method}")
