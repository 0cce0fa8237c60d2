"""Creates a server: one line for each LSP method and each command."""

from __future__ import annotations

from lsprotocol import types

from reloc_lsp.server.commands.apply import apply_proposal
from reloc_lsp.server.commands.cancel import cancel
from reloc_lsp.server.commands.debug_information import debug_information
from reloc_lsp.server.commands.discard import discard
from reloc_lsp.server.commands.revise import revise
from reloc_lsp.server.commands.show import show
from reloc_lsp.server.commands.show_trace import show_trace
from reloc_lsp.server.commands.status import status
from reloc_lsp.server.features import code_action
from reloc_lsp.server.features.code_lens import code_lens
from reloc_lsp.server.features.did_change import did_change
from reloc_lsp.server.features.did_change_configuration import did_change_configuration
from reloc_lsp.server.features.did_change_workspace_folders import did_change_workspace_folders
from reloc_lsp.server.features.did_close import did_close
from reloc_lsp.server.features.did_open import did_open
from reloc_lsp.server.features.did_save import did_save
from reloc_lsp.server.features.hover import hover
from reloc_lsp.server.features.initialize import initialize
from reloc_lsp.server.features.initialized import initialized
from reloc_lsp.server.features.reloc_revise import reloc_revise
from reloc_lsp.server.features.shutdown import shutdown
from reloc_lsp.server.features.work_done_progress_cancel import work_done_progress_cancel
from reloc_lsp.server.jobs.job_registry import RevisionFactory
from reloc_lsp.server.jobs.run_revision import real_revision
from reloc_lsp.server.language_server import ReLocServer


def create_server(revision_factory: RevisionFactory = real_revision) -> ReLocServer:
    """A server for one editor; `revision_factory` creates the runs of the use case."""
    server = ReLocServer(revision_factory)

    server.feature(types.INITIALIZE)(initialize)
    server.feature(types.INITIALIZED)(initialized)
    server.feature(types.SHUTDOWN)(shutdown)
    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(did_open)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(did_change)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(did_close)
    server.feature(types.TEXT_DOCUMENT_DID_SAVE)(did_save)
    server.feature(types.TEXT_DOCUMENT_CODE_LENS)(code_lens)
    server.feature(types.TEXT_DOCUMENT_HOVER)(hover)
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, code_action.options())(code_action.code_action)
    server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)(work_done_progress_cancel)
    server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(did_change_configuration)
    server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(did_change_workspace_folders)

    server.feature("reloc/revise")(reloc_revise)

    server.command("reloc.revise")(revise)
    server.command("reloc.cancel")(cancel)
    server.command("reloc.apply")(apply_proposal)
    server.command("reloc.discard")(discard)
    server.command("reloc.show")(show)
    server.command("reloc.showTrace")(show_trace)
    server.command("reloc.status")(status)
    server.command("reloc.debugInformation")(debug_information)
    return server
