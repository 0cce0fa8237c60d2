"""The session of one connected editor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from reloc_lsp.server.session.background_tasks import BackgroundTasks
from reloc_lsp.server.session.capabilities import EditorCapabilities
from reloc_lsp.server.session.configuration import Configuration
from reloc_lsp.server.session.documents import Documents
from reloc_lsp.server.session.editor_client import EditorClient
from reloc_lsp.server.session.temporary_files import TemporaryFiles
from reloc_lsp.server.session.unit_status import UnitStatuses
from reloc_lsp.server.session.workspace_roots import root_of
from reloc_lsp.server.transport.lsp_protocol import ReLocProtocol

if TYPE_CHECKING:
    from reloc_lsp.settings import Settings


class EditorSession:
    """The client that reaches the editor, and everything that is known about this editor."""

    def __init__(self, protocol: ReLocProtocol) -> None:
        self._protocol = protocol
        self.client = EditorClient(protocol)
        self.capabilities = EditorCapabilities()
        self.configuration = Configuration(self.client)
        self.statuses = UnitStatuses()
        self.tasks = BackgroundTasks()
        self.files = TemporaryFiles()

    @property
    def documents(self) -> Documents:
        """The editor's documents and folders. Raises `RuntimeError` before `initialize`."""
        return cast(Documents, self._protocol.workspace)

    def root_of(self, file: Path) -> Path:
        """The workspace folder or project that `file` belongs to."""
        return root_of(file, self.documents.roots)

    def settings_for(self, file: Path) -> Settings:
        """The settings of the workspace folder that `file` belongs to."""
        return self.configuration.settings(self.root_of(file))

    def request_settings(self) -> None:
        """Request the editor's settings in the background, if the editor supports it (`workspace/configuration`)."""
        if self.capabilities.configuration:
            request = self.configuration.request(self.documents.folder_uris)
            self.configuration.set_reading(self.tasks.start(request, "reading the settings"))
