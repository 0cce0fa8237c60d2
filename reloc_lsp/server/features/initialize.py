"""`initialize`."""

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.session.capabilities import EditorCapabilities
from reloc_lsp.server.session.documents import Documents
from reloc_lsp.server.transport.parent_watchdog import can_be_watched, wait_for_end


def initialize(ls: ReLocServer, params: types.InitializeParams) -> None:
    """Take over the editor's capabilities, folders and options, and watch the editor's process."""
    ls.session.capabilities = EditorCapabilities.of(params.capabilities)
    ls.protocol._workspace = Documents(ls.workspace)
    ls.session.configuration.initialize(params.initialization_options)
    # Asked before the editor gets its answer: afterwards it may end at any moment.
    if params.process_id is not None and can_be_watched(params.process_id):
        ls.session.tasks.start(wait_for_end(params.process_id, ls.disconnect), "watching the editor's process")
