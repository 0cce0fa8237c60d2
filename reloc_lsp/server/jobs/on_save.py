"""After a save: the functions that were changed are looked at in the background, if the user wants that."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reloc_lsp.program.unit import Module
from reloc_lsp.server.jobs.job_registry import Job
from reloc_lsp.server.jobs.run_revision import RevisionRequest, revise_quietly
from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.session.documents import parsed
from reloc_lsp.server.session.workspace_roots import root_of

if TYPE_CHECKING:
    from reloc_lsp.settings import Settings

SECONDS_AFTER_SAVE = 0.5
"""How long nothing more has to be saved in a document."""
MOST_UNITS = 3


class OnSave:
    """Remembers what was looked at, and begins quiet searches for what is new; a save itself waits for nothing."""

    def __init__(self, server: ReLocServer) -> None:
        self._server = server
        self._opened: dict[str, str] = {}
        self._seen: dict[str, dict[str, str]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def opened(self, uri: str) -> None:
        """Take a document's functions as they are for looked at; to parse them there is time later."""
        document = self._server.documents.opened(uri)
        if document is not None:
            self._opened[uri] = document.source

    def closed(self, uri: str) -> None:
        """Forget a document."""
        self._seen.pop(uri, None)
        self._opened.pop(uri, None)
        if uri in self._timers:
            self._timers.pop(uri).cancel()

    def saved(self, uri: str) -> None:
        """Look at a document when no other save of it follows soon."""
        if uri in self._timers:
            self._timers.pop(uri).cancel()
        begin = self._begin
        self._timers[uri] = asyncio.get_running_loop().call_later(SECONDS_AFTER_SAVE, begin, uri)

    def _begin(self, uri: str) -> None:
        self._timers.pop(uri, None)
        document, file = self._server.documents.opened(uri), self._server.documents.file(uri)
        if document is None or file is None or document.module is None:
            return
        settings = self._server.configuration.settings(root_of(file, self._server.documents.roots))
        if settings.editor.on_save == "off" or not settings.editor.trusted:
            return
        self._server.tasks.start(self._look(uri, file, document.module, _bounded(settings)), f"looking at {file.name}")

    async def _look(self, uri: str, file: Path, module: Module, settings: Settings) -> None:
        """Look at the functions that are not as they were when they were last looked at, one after the other."""
        if uri not in self._seen:
            opened = parsed(self._opened.pop(uri, ""))
            self._seen[uri] = _sources(opened) if opened else {}
        seen, now = self._seen[uri], _sources(module)
        failing = {standing.qualname for standing in self._server.standings.all_of(uri) if not standing.good}
        touched = [name for name, source in now.items() if seen.get(name) != source or name in failing]
        for name in touched[:MOST_UNITS]:
            # The text may be another one by now.
            document = self._server.documents.opened(uri)
            unit = document.module.find(name) if document and document.module else None
            busy = any((job.uri, job.qualname) == (uri, name) for job in self._server.jobs.running)
            if unit is None or busy:
                continue
            seen[name] = now[name]
            job = Job(uri, name, file)
            place = RevisionRequest(file, unit.line, self._server.documents.files())
            self._server.jobs.start(job, partial(revise_quietly, self._server, place=place, settings=settings))
            assert job.task is not None
            await asyncio.wait({job.task})


def _bounded(settings: Settings) -> Settings:
    """The settings of a quiet search: its own seconds, and no candidates where it is only to notify."""
    budget = replace(settings.budget, seconds=settings.editor.on_save_seconds)
    if settings.editor.on_save == "notify":
        budget = replace(budget, evaluations=0, calls=0)
    return replace(settings, budget=budget)


def _sources(module: Module) -> dict[str, str]:
    return {unit.qualname: module.source(unit) for unit in module.functions}
