"""Runs one revision: from the frozen workspace through the search to a proposal."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING

from reloc_lsp.server.jobs.editor_wording import worded_for_editors
from reloc_lsp.server.jobs.job_registry import Job, RevisionFactory, RevisionRun
from reloc_lsp.server.jobs.progress import JobProgress
from reloc_lsp.server.jobs.revision_request import RevisionRequest
from reloc_lsp.server.jobs.trace_files import TraceFiles
from reloc_lsp.server.session.editor_session import EditorSession
from reloc_lsp.server.session.workspace_roots import unsaved

if TYPE_CHECKING:
    from reloc_lsp.revision import Progress, Proposal, Recording, Snapshot, Target
    from reloc_lsp.settings import Settings


def real_revision(snapshot: Snapshot, target: Target, settings: Settings, recording: Recording) -> RevisionRun:
    """The use case itself: the `RevisionFactory` outside of tests."""
    from reloc_lsp.revision import Revision

    return Revision(snapshot, target, settings, recording)


class RevisionRunner:
    """Runs revisions on snapshots of the editor's workspace, each with a trace."""

    def __init__(self, session: EditorSession, traces: TraceFiles, revision_factory: RevisionFactory) -> None:
        self._session = session
        self._traces = traces
        self._revision_factory = revision_factory

    async def run(self, job: Job, request: RevisionRequest, settings: Settings, progress: JobProgress) -> Proposal:
        """The proposal of a revision. Raises `RuntimeError` if the search ends without one."""
        # The import takes long, and the event loop must answer the editor meanwhile.
        await asyncio.to_thread(importlib.import_module, "reloc_lsp.revision")
        from reloc_lsp.revision import Recording, Snapshot, Target

        root = self._session.root_of(request.file)
        snapshot = Snapshot(root, await asyncio.to_thread(unsaved, root, request.texts))
        target = Target(request.file, line=request.line, objective=request.objective)
        recording = Recording(write=self._traces.create(job.id))
        run = self._revision_factory(snapshot, target, settings, recording)
        return worded_for_editors(await _follow(job, run, progress))


async def _follow(job: Job, run: RevisionRun, progress: JobProgress) -> Proposal:
    """Report the progress of a run until it ends; its proposal."""
    from reloc_lsp.revision import Proposal

    job.attach(run)
    proposal: Proposal | None = None
    events = run.run()
    try:
        async for event in events:
            if isinstance(event, Proposal):
                proposal = event
            else:
                tried = f", {event.evaluations} tried" if event.evaluations else ""
                job.message = progress_message(event)
                progress.report(event.fraction, job.message, tried)
    finally:
        if (close := getattr(events, "aclose", None)) is not None:
            await close()
    if proposal is None:
        raise RuntimeError("the search ended without a result")
    return proposal


def progress_message(progress: Progress) -> str:
    """What a search does, and its best revision so far."""
    message = progress.message
    if progress.before and progress.best:
        best, before = progress.best, progress.before
        change = f"{before.passed}/{before.total} -> " if best != before else ""
        message = f"{message} (best so far {change}{best.passed}/{best.total} tests)"
    return message
