"""The server object: one for each connected editor."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from lsprotocol import types
from pygls.exceptions import FeatureRequestError, JsonRpcException, PyglsError
from pygls.lsp.server import LanguageServer

from reloc_lsp import __version__
from reloc_lsp.server.jobs.job_registry import RevisionFactory
from reloc_lsp.server.jobs.on_save import OnSave
from reloc_lsp.server.jobs.revision_service import RevisionService
from reloc_lsp.server.proposals.proposal_service import ProposalService
from reloc_lsp.server.session.diagnostics import DiagnosticsPublisher
from reloc_lsp.server.session.editor_session import EditorSession
from reloc_lsp.server.transport.headers import StreamError
from reloc_lsp.server.transport.lsp_protocol import ReLocProtocol

logger = logging.getLogger(__name__)

TASKS_CLOSE_SECONDS = 1.0
"""How long the background tasks may take to end, after the revisions have ended. Chosen by hand."""


class ReLocServer(LanguageServer):
    """Connects the editor's messages to the session and its services, and ends them with the connection.

    `session` is what is known about the editor, `diagnostics` publishes the status of its units, `proposals` and
    `revisions` do the work of the commands, and `on_save` begins revisions after a save.
    """

    protocol: ReLocProtocol

    def __init__(self, revision_factory: RevisionFactory) -> None:
        super().__init__("reloc-lsp", __version__, protocol_cls=ReLocProtocol)
        self.session = EditorSession(self.protocol)
        self.diagnostics = DiagnosticsPublisher(self.session)
        self.proposals = ProposalService(self.session, self.diagnostics)
        self.revisions = RevisionService(self.session, self.diagnostics, self.proposals, revision_factory)
        self.on_save = OnSave(self.session, self.revisions)
        self.serving: asyncio.Task[Any] | None = None

    def disconnect(self) -> None:
        """End the connection from the server's side."""
        if self.serving is not None:
            self.serving.cancel()

    async def close(self) -> None:
        """Stop everything that runs for this editor, within about three seconds."""
        self.session.client.connected = False
        await self.revisions.close()
        await self.session.tasks.close(TASKS_CLOSE_SECONDS)
        self.proposals.save()
        self.session.files.close()

    def report_server_error(self, error: Exception, source: type[PyglsError] | type[JsonRpcException]) -> None:
        """Log an error with its traceback, and show its first line to the user if no response carries it."""
        logger.error("%s", error, exc_info=error)
        if source is not FeatureRequestError and not isinstance(error, asyncio.InvalidStateError):
            line = str(error).strip().splitlines()[0:1] or [type(error).__name__]
            prefix = "A message of the editor could not be used: " if source is JsonRpcException else ""
            self.session.client.show(f"ReLoc: {prefix}{line[0]} (details are in its log)", types.MessageType.Error)

    def report_stream_error(self, error: StreamError) -> None:
        """Log that the editor's stream cannot be read further, and show it to the user."""
        self.session.client.show(f"ReLoc ends: {error}", types.MessageType.Error)
        logger.error("%s", error)
