"""A job's life: from the frozen workspace through the search to an offer."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from reloc_lsp.search.objective import FIX, Objective
from reloc_lsp.server.jobs.job_registry import Job, RevisionRun
from reloc_lsp.server.jobs.progress import JobProgress, LoggedProgress, shown_progress
from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.proposals.pending_proposals import PendingProposal, improves
from reloc_lsp.server.proposals.prompt import ask
from reloc_lsp.server.session.documents import parsed
from reloc_lsp.server.session.unit_status import UnitStatus
from reloc_lsp.server.session.workspace_roots import root_of, unsaved

if TYPE_CHECKING:
    from reloc_lsp.revision import Progress, Proposal, Recording, Snapshot, Target
    from reloc_lsp.settings import Settings

logger = logging.getLogger(__name__)


def real_revision(snapshot: Snapshot, target: Target, settings: Settings, recording: Recording) -> RevisionRun:
    """The use case itself."""
    from reloc_lsp.revision import Revision

    return Revision(snapshot, target, settings, recording)


@dataclass(frozen=True)
class RevisionRequest:
    """What to revise: the unit defined on `line` (from 1; none: the most suspicious one) of `file`.

    `texts` are all open ones, as they were then; `objective` is what for.
    """

    file: Path
    line: int | None
    texts: Sequence[tuple[Path, str]]
    objective: Objective = FIX


async def revise_quietly(server: ReLocServer, job: Job, place: RevisionRequest, settings: Settings) -> None:
    """Find out how the unit of `job` stands, and mark it; what fails is for the log alone."""
    try:
        proposal = await _found(server, job, place, settings, LoggedProgress(server.client, job.id, job.qualname))
    except Exception:
        logger.exception("looking at %s failed", job.qualname)
        return
    job.latest = proposal.message
    if job.stopped is None and proposal.status != "error":
        offer = server.proposals.add(job.id, job.uri, place.file, proposal)
        if offer is not None and not server.taste.wants(offer):
            server.proposals.take(offer.id)
            offer = None
        _mark(server, job, proposal, offer)


async def revise_unit(server: ReLocServer, job: Job, place: RevisionRequest) -> None:
    """Revise the unit of `job` and offer what was found."""
    root = root_of(place.file, server.documents.roots)
    title = f"ReLoc: {job.qualname}"
    async with shown_progress(server.client, job.id, title, server.capabilities.work_done_progress) as progress:
        try:
            await server.configuration.ready()
            settings = job.settings = server.configuration.settings(root)
            proposal = await _found(server, job, place, settings, progress)
        except Exception as error:
            logger.exception("the revision of %s failed", job.qualname)
            why = next(iter(str(error).splitlines()), type(error).__name__)
            job.latest = progress.outcome = f"ReLoc could not revise {job.qualname}: {why} (details are in its log)."
            server.client.show(progress.outcome, types.MessageType.Error)
            return
        job.latest = progress.outcome = proposal.message
    _conclude(server, job, place.file, proposal)


async def _found(
    server: ReLocServer, job: Job, place: RevisionRequest, settings: Settings, progress: JobProgress
) -> Proposal:
    """What a search of the place under these settings comes to."""
    # The first use of the search imports it: not on the loop that answers the editor.
    await asyncio.to_thread(importlib.import_module, "reloc_lsp.revision")
    from reloc_lsp.revision import Recording, Snapshot, Target

    root = root_of(place.file, server.documents.roots)
    snapshot = Snapshot(root, await asyncio.to_thread(unsaved, root, place.texts))
    target = Target(place.file, line=place.line, objective=place.objective)
    recording = Recording(write=server.record(job.id))
    return await _search(job, server.revision_factory(snapshot, target, settings, recording), progress)


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
                tried = f", {event.evaluations} tried" if event.evaluations else ""
                job.latest = in_words(event)
                progress.report(event.fraction, job.latest, tried)
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
    if proposal.status != "error":
        _mark(server, job, proposal, offer)
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


def _mark(server: ReLocServer, job: Job, proposal: Proposal, offer: PendingProposal | None) -> None:
    """Take note of how the unit stands, and have the editor show it."""
    module = parsed(proposal.original)
    unit = module.find(proposal.qualname, proposal.line) if module else None
    before = proposal.before
    if module is None or unit is None or not before.total:
        return
    if offer is not None:
        message = f"A revision waits. {offer.gain}"
    else:
        message = f"{before.passed} of {before.total} tests pass. {proposal.failure}".rstrip()
    standing = UnitStatus(
        proposal.qualname, module.source(unit), before.passed, before.total, message, offer.id if offer else None
    )
    server.standings.note(job.uri, standing)
    server.publish(job.uri)
