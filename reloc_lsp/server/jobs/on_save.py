"""After a save, the changed functions are checked in the background, if the user wants that (`editor.on_save`)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reloc_lsp.program.unit import Module
from reloc_lsp.server.jobs.job_registry import Job
from reloc_lsp.server.jobs.revision_request import RevisionRequest
from reloc_lsp.server.jobs.revision_service import RevisionService
from reloc_lsp.server.session.documents import parse
from reloc_lsp.server.session.editor_session import EditorSession

if TYPE_CHECKING:
    from reloc_lsp.settings import Settings

SAVE_PAUSE_SECONDS = 0.5
"""How long no further save of the document must follow before its functions are checked. Chosen by hand."""
MAX_UNITS = 3
"""How many changed functions are checked after one save. Chosen by hand."""


class OnSave:
    """Remembers which text of each function was checked, and checks the changed functions after a save."""

    def __init__(self, session: EditorSession, revisions: RevisionService) -> None:
        self._session = session
        self._revisions = revisions
        self._opened: dict[str, str] = {}
        self._checked: dict[str, dict[str, str]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def opened(self, uri: str) -> None:
        """Count a document's functions as checked in their current text. They are parsed at the first save."""
        document = self._session.documents.open_document(uri)
        if document is not None:
            self._opened[uri] = document.source

    def closed(self, uri: str) -> None:
        """Forget a document."""
        self._checked.pop(uri, None)
        self._opened.pop(uri, None)
        if uri in self._timers:
            self._timers.pop(uri).cancel()

    def saved(self, uri: str) -> None:
        """Check the document's functions if no other save of it follows soon."""
        if uri in self._timers:
            self._timers.pop(uri).cancel()
        loop = asyncio.get_running_loop()
        self._timers[uri] = loop.call_later(SAVE_PAUSE_SECONDS, self._begin, uri)

    def _begin(self, uri: str) -> None:
        self._timers.pop(uri, None)
        document, file = self._session.documents.open_document(uri), self._session.documents.file(uri)
        if document is None or file is None or document.module is None:
            return
        settings = self._session.settings_for(file)
        if settings.editor.on_save == "off" or not settings.editor.trusted:
            return
        check = self._check(uri, file, document.module, _on_save_settings(settings))
        self._session.tasks.start(check, f"checking {file.name}")

    async def _check(self, uri: str, file: Path, module: Module, settings: Settings) -> None:
        """Check the functions whose text differs from the checked one, and those with failing tests, one by one."""
        if uri not in self._checked:
            opened = parse(self._opened.pop(uri, ""))
            self._checked[uri] = _sources(opened) if opened else {}
        checked, current = self._checked[uri], _sources(module)
        failing = {status.qualname for status in self._session.statuses.all_of(uri) if not status.passing}
        names = [name for name, source in current.items() if checked.get(name) != source or name in failing]
        for name in names[:MAX_UNITS]:
            # The text may have changed while the function before was checked.
            document = self._session.documents.open_document(uri)
            unit = document.module.find(name) if document and document.module else None
            busy = any((job.uri, job.qualname) == (uri, name) for job in self._revisions.jobs.running)
            if unit is None or busy:
                continue
            checked[name] = current[name]
            job = Job(uri, name, file)
            request = RevisionRequest(file, unit.line, self._session.documents.open_files(uri))
            self._revisions.begin_quietly(job, request, settings)
            assert job.task is not None
            await asyncio.wait({job.task})


def _on_save_settings(settings: Settings) -> Settings:
    """The settings of a check after a save: its own seconds, and no candidates if it only notifies."""
    budget = replace(settings.budget, seconds=settings.editor.on_save_seconds)
    if settings.editor.on_save == "notify":
        budget = replace(budget, evaluations=0, calls=0)
    return replace(settings, budget=budget)


def _sources(module: Module) -> dict[str, str]:
    return {unit.qualname: module.source(unit) for unit in module.functions}
