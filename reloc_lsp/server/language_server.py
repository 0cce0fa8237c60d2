"""The server object: what belongs to one connected editor, and nothing that outlives it."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.exceptions import FeatureRequestError, JsonRpcException, PyglsError
from pygls.lsp.server import LanguageServer

from reloc_lsp import __version__
from reloc_lsp.server.jobs.job_registry import Jobs, RevisionFactory
from reloc_lsp.server.proposals.hint_policy import HintPolicy
from reloc_lsp.server.proposals.pending_proposals import Ending, Proposals
from reloc_lsp.server.proposals.persistence import keep
from reloc_lsp.server.proposals.preview import Preview
from reloc_lsp.server.session.background_tasks import Tasks
from reloc_lsp.server.session.capabilities import EditorCapabilities
from reloc_lsp.server.session.configuration import Configuration
from reloc_lsp.server.session.documents import Documents
from reloc_lsp.server.session.editor_client import Client
from reloc_lsp.server.session.unit_status import UnitStatuses, diagnostics
from reloc_lsp.server.transport.lsp_protocol import ReLocProtocol

if TYPE_CHECKING:
    from reloc_lsp.server.jobs.on_save import OnSave

logger = logging.getLogger(__name__)

SECONDS_AFTER_TYPING = 0.3
MOST_TRACES = 5


class ReLocServer(LanguageServer):
    """One editor's language server."""

    protocol: ReLocProtocol

    def __init__(self, revision_factory: RevisionFactory) -> None:
        super().__init__("reloc-lsp", __version__, protocol_cls=ReLocProtocol)
        self.revision_factory = revision_factory
        self.capabilities = EditorCapabilities()
        self.client = Client(self)
        self.tasks = Tasks()
        self.jobs = Jobs(self.tasks)
        self.proposals = Proposals(self._proposal_closed)
        self.preview = Preview()
        self.configuration = Configuration(self.client)
        self.standings = UnitStatuses()
        self.taste = HintPolicy()
        self.traces: dict[str, Path] = {}
        self.lenses_shown = False
        self.on_save: OnSave
        self._publishing: dict[str, asyncio.TimerHandle] = {}
        self.serving: asyncio.Task[Any] | None = None

    @property
    def documents(self) -> Documents:
        """The editor's documents and folders; there are none before `initialize`."""
        return cast(Documents, self.workspace)

    def read_settings(self) -> None:
        """Ask the editor for its settings in the background, where it can be asked."""
        if self.capabilities.configuration:
            asking = self.configuration.refresh(self.documents.addresses)
            self.configuration.ask(self.tasks.start(asking, "reading settings"))

    def _proposal_closed(self, offer_id: str, why: Ending) -> None:
        """Take the marks of a proposal off; tell an editor that draws proposals (`reloc/proposalClosed`)."""
        self.taste.ended(offer_id, why)
        for uri in self.standings.without_offer(offer_id):
            self.publish(uri)
        if self.capabilities.proposals:
            self.client.notify("reloc/proposalClosed", {"id": offer_id, "why": why})

    def record(self, job_id: str) -> Path | None:
        """Where the trace of a search goes, if anywhere; the last few are kept as long as the server runs."""
        while len(self.traces) >= MOST_TRACES:
            oldest = next(iter(self.traces))
            self.traces.pop(oldest).unlink(missing_ok=True)
        try:
            self.traces[job_id] = self.preview.path(f"{job_id}.jsonl")
        except OSError as error:
            logger.warning("searches leave no trace: %s", error)
        return self.traces.get(job_id)

    def publish_soon(self, uri: str) -> None:
        """Publish when nobody has typed in a document for a moment."""
        if uri in self._publishing:
            self._publishing[uri].cancel()
        loop = asyncio.get_running_loop()
        self._publishing[uri] = loop.call_later(SECONDS_AFTER_TYPING, self.publish, uri)

    def publish(self, uri: str) -> None:
        """Tell the editor anew how the units of a document stand (`textDocument/publishDiagnostics`, lenses)."""
        document = self.documents.opened(uri)
        found = diagnostics(document, self.standings) if document else []
        version = document.version if document else None
        self.client.notify(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, types.PublishDiagnosticsParams(uri, found, version))
        if self.lenses_shown and self.capabilities.lens_refresh:
            self.tasks.start(self.client.refresh_lenses(), "refreshing lenses")

    def hang_up(self) -> None:
        """End the connection from our side."""
        if self.serving is not None:
            self.serving.cancel()

    async def close(self) -> None:
        """Stop everything that runs for this editor, within about three seconds."""
        self.client.connected = False
        await self.jobs.close(seconds=2.0)
        await self.tasks.close(seconds=1.0)
        keep(self)
        self.preview.close()

    def report_server_error(self, error: Exception, source: type[PyglsError] | type[JsonRpcException]) -> None:
        """Log an error in full; say it in one line where no reply carries it to the user."""
        logger.error("%s", error, exc_info=error)
        if source is not FeatureRequestError and not isinstance(error, asyncio.InvalidStateError):
            line = str(error).strip().splitlines()[0:1] or [type(error).__name__]
            what = "A message of the editor could not be used: " if source is JsonRpcException else ""
            self.client.show(f"ReLoc: {what}{line[0]} (details are in its log)", types.MessageType.Error)
