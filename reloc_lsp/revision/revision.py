"""A revision as its callers see it: start it, read its progress, stop it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from reloc_lsp.revision.proposal import Progress, Proposal
from reloc_lsp.revision.request import NO_RECORDING, Recording, RevisionRequest, Snapshot, Target
from reloc_lsp.settings import Settings


class Revision:
    """One revision. Read `run()` once; `stop()` ends it early with the best revision so far."""

    def __init__(
        self, snapshot: Snapshot, target: Target, settings: Settings, recording: Recording = NO_RECORDING
    ) -> None:
        absolute = Snapshot(Path(os.path.abspath(snapshot.root)), snapshot.unsaved)
        self._request = RevisionRequest(absolute, target, settings, recording)
        self._running: asyncio.Task[Proposal] | None = None
        self._stopped = False

    def stop(self) -> None:
        """Stop at once (its processes end within 0.5 s); the last item of `run()` is then the best so far."""
        self._stopped = True
        if self._running is not None:
            self._running.cancel()

    async def run(self) -> AsyncIterator[Progress | Proposal]:
        """Progress, then exactly one proposal as the last item, whatever happens; leaves no process and no file."""
        # Imported here, because it loads most other packages: a server answers its first request without them.
        from reloc_lsp.revision.pipeline import RevisionPipeline

        items: asyncio.Queue[Progress | None] = asyncio.Queue()
        pipeline = RevisionPipeline(self._request, items.put_nowait)
        self._running = asyncio.create_task(pipeline.proposal())
        if self._stopped:
            self._running.cancel()
        self._running.add_done_callback(lambda _: items.put_nowait(None))
        try:
            while (item := await items.get()) is not None:
                yield item
            try:
                yield self._with_trace(self._running.result())
            except asyncio.CancelledError:
                yield self._with_trace(pipeline.best_so_far())
        finally:
            self._running.cancel()
            await asyncio.wait({self._running})

    def _with_trace(self, proposal: Proposal) -> Proposal:
        path = self._request.recording.write
        return replace(proposal, trace=str(path)) if path and path.exists() else proposal
