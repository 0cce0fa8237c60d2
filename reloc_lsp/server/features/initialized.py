"""`initialized`: from this notification on, the server may send requests."""

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.session.configuration import SECTION


def initialized(ls: ReLocServer, params: types.InitializedParams) -> None:
    """Request the editor's settings, and register for their changes (`client/registerCapability`)."""
    session = ls.session
    session.request_settings()
    session.tasks.start(session.configuration.apply_log_level(), "applying the log level")
    if session.capabilities.configuration_registration:
        method = types.WORKSPACE_DID_CHANGE_CONFIGURATION
        options = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
        session.tasks.start(session.client.register(method, options), f"registering {method}")
