"""One run of the use case, as its callers see it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from reloc_lsp.revision.proposal import Progress, Proposal
from reloc_lsp.revision.request import NO_RECORDING, Recording, Snapshot, Target
from reloc_lsp.settings import Settings


class Revision:
    """One run of the use case. Read `run()` once; `stop()` ends it early with the best so far."""

    def __init__(
        self, snapshot: Snapshot, target: Target, settings: Settings, recording: Recording = NO_RECORDING
    ) -> None:
        self.recording = recording
        self.snapshot = Snapshot(Path(os.path.abspath(snapshot.root)), snapshot.unsaved)
        self.target = target
        self.settings = settings
        self._work: asyncio.Task[Proposal] | None = None
        self._stopped = False

    def stop(self) -> None:
        """Stop the work at once (its processes are gone within 0.5 s); `run()` ends with the best so far."""
        self._stopped = True
        if self._work is not None:
            self._work.cancel()

    async def run(self) -> AsyncIterator[Progress | Proposal]:
        """Progress, then exactly one Proposal as the last item, whatever happens; leaves no process or file."""
        # The rooms below are loaded when there is work for them: a server answers its first request without them.
        from reloc_lsp.revision.pipeline import RevisionPipeline

        news: asyncio.Queue[Progress | None] = asyncio.Queue()
        work = RevisionPipeline(self.snapshot, self.target, self.settings, news.put_nowait, self.recording)
        self._work = asyncio.create_task(work.proposal())
        if self._stopped:
            self._work.cancel()
        self._work.add_done_callback(lambda _: news.put_nowait(None))
        try:
            while (item := await news.get()) is not None:
                yield item
            try:
                yield self._with_trace(self._work.result())
            except asyncio.CancelledError:
                yield self._with_trace(work.best_so_far())
        finally:
            self._work.cancel()
            await asyncio.wait({self._work})

    def _with_trace(self, proposal: Proposal) -> Proposal:
        written = self.recording.write
        return replace(proposal, trace=str(written)) if written and written.exists() else proposal
