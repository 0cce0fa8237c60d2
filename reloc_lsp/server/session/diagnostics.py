"""`textDocument/publishDiagnostics`: the status of a document's units as hints and information."""

from __future__ import annotations

import asyncio

from lsprotocol import types

from reloc_lsp.program.shown_text.visible_text import visible
from reloc_lsp.server.session.documents import OpenDocument
from reloc_lsp.server.session.editor_session import EditorSession
from reloc_lsp.server.session.unit_status import UnitStatuses, line_range

SOURCE = "reloc"
"""The `source` of every diagnostic of this server."""
TYPING_PAUSE_SECONDS = 0.3
"""How long the user must not type before the diagnostics are published again. Chosen by hand."""


class DiagnosticsPublisher:
    """Publishes what `EditorSession.statuses` holds, and has the editor refresh its code lenses."""

    def __init__(self, session: EditorSession) -> None:
        self._session = session
        self._scheduled: dict[str, asyncio.TimerHandle] = {}
        self.lenses_shown = False
        """Whether the editor has received a code lens."""

    def publish_soon(self, uri: str) -> None:
        """Publish the diagnostics of a document when the user pauses typing."""
        if uri in self._scheduled:
            self._scheduled[uri].cancel()
        loop = asyncio.get_running_loop()
        self._scheduled[uri] = loop.call_later(TYPING_PAUSE_SECONDS, self.publish, uri)

    def publish(self, uri: str) -> None:
        """Publish the diagnostics of a document now, and refresh the lenses (`workspace/codeLens/refresh`)."""
        session = self._session
        document = session.documents.open_document(uri)
        items = diagnostics(document, session.statuses) if document else []
        version = document.version if document else None
        params = types.PublishDiagnosticsParams(uri, items, version)
        session.client.notify(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, params)
        if self.lenses_shown and session.capabilities.lens_refresh:
            session.tasks.start(session.client.refresh_lenses(), "refreshing lenses")


def diagnostics(document: OpenDocument, statuses: UnitStatuses) -> list[types.Diagnostic]:
    """A hint for each unit that has a proposal, and an information for each other unit with failing tests."""
    return [
        types.Diagnostic(
            range=line_range(document, unit.line),
            message=visible(status.message),
            severity=types.DiagnosticSeverity.Hint if status.proposal_id else types.DiagnosticSeverity.Information,
            source=SOURCE,
            code="proposal" if status.proposal_id else "failing",
        )
        for unit, status in statuses.of(document)
        if not status.passing
    ]
