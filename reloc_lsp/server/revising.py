"""A job's life: from the frozen workspace through the search to an offer."""

from __future__ import annotations

import asyncio
import importlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from reloc_lsp.server.consent import ask
from reloc_lsp.server.jobs import Job, RevisionRun
from reloc_lsp.server.progress import JobProgress, shown_progress
from reloc_lsp.server.proposals import improves
from reloc_lsp.server.server import ReLocServer
from reloc_lsp.server.snapshot import root_of, unsaved
from reloc_lsp.settings import Settings

if TYPE_CHECKING:
    from reloc_lsp.revision import Progress, Proposal, Snapshot, Target

logger = logging.getLogger(__name__)


def real_revision(snapshot: Snapshot, target: Target, settings: Settings) -> RevisionRun:
    """The use case itself."""
    from reloc_lsp.revision import Revision

    return Revision(snapshot, target, settings)


async def revise_unit(server: ReLocServer, job: Job, file: Path, line: int) -> None:
    """Revise the unit of `job`, defined on `line` (from 1) of `file`, and offer what was found."""
    root = root_of(file, server.documents.roots)
    texts = server.documents.files()
    title = f"ReLoc: {job.qualname}"
    async with shown_progress(
        server.client, job.id, title, server.capabilities.work_done_progress
    ) as progress:
        try:
            # The first use of the search imports it: not on the loop that answers the editor.
            await asyncio.to_thread(importlib.import_module, "reloc_lsp.revision")
            from reloc_lsp.revision import Snapshot, Target

            await server.configuration.ready()
            snapshot = Snapshot(root, await asyncio.to_thread(unsaved, root, texts))
            target = Target(file, job.qualname, line)
            settings = server.configuration.settings(root)
            proposal = await _search(job, server.revision_factory(snapshot, target, settings), progress)
        except Exception as error:
            logger.exception("the revision of %s failed", job.qualname)
            progress.outcome = f"failed: {error}"
            server.client.show(
                f"ReLoc could not revise {job.qualname}: {error or type(error).__name__} "
                "(details are in its log).",
                types.MessageType.Error,
            )
            return
        progress.outcome = proposal.message
    _conclude(server, job, file, proposal)


async def _search(job: Job, revision: RevisionRun, progress: JobProgress) -> Proposal:
    """Run the search to its end, whoever ends it; its proposal."""
    from reloc_lsp.revision import Proposal

    job.begin(revision)
    found: Proposal | None = None
    events = revision.run()
    try:
        async for event in events:
            if isinstance(event, Proposal):
                found = event
            else:
                progress.report(event.fraction, in_words(event))
    finally:
        if (close := getattr(events, "aclose", None)) is not None:
            await close()
    if found is None:
        raise RuntimeError("the search ended without a result")
    return found


def in_words(progress: Progress) -> str:
    """Where a search stands and its best so far."""
    words = progress.message
    if progress.before and progress.best:
        best, before = progress.best, progress.before
        gain = f"{before.passed}/{before.total} -> " if best != before else ""
        words = f"{words} (best so far {gain}{best.passed}/{best.total} tests)"
    return words


def _conclude(server: ReLocServer, job: Job, file: Path, proposal: Proposal) -> None:
    """Offer an improvement; say what else came of it, unless nobody waits for it any more."""
    if job.stopped is not None and not job.stopped.keeps_best:
        return
    offer = server.proposals.add(job.id, job.uri, file, proposal)
    if offer is not None:
        server.tasks.start(ask(server, offer), f"asking about {job.qualname}")
    elif job.stopped is not None:
        server.client.log(proposal.message)
    elif improves(proposal):
        sentence = f"The revision of {job.qualname} reaches outside of it, so it is not applied."
        server.client.show(sentence, types.MessageType.Error)
    elif proposal.status == "error":
        server.client.show(proposal.message, types.MessageType.Error)
    else:
        server.client.show(proposal.message)
