"""Searches that run: each is a job of its own, whatever becomes of the request that began it."""

from __future__ import annotations

import asyncio
import enum
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from reloc_lsp.server.session.background_tasks import Tasks

if TYPE_CHECKING:
    from reloc_lsp.revision import Progress, Proposal, Recording, Snapshot, Target
    from reloc_lsp.settings import Settings

GRACE_SECONDS = 2.0
"""How long stopped work may take to tidy up before it is cancelled."""


class RevisionRun(Protocol):
    """One run of the use case, as `reloc_lsp.revision.Revision`."""

    def run(self) -> AsyncIterator[Progress | Proposal]:
        """Progress, then one proposal."""

    def stop(self) -> None:
        """End the run early with the best so far."""


class RevisionFactory(Protocol):
    """Makes a run of the use case."""

    def __call__(self, snapshot: Snapshot, target: Target, settings: Settings, recording: Recording) -> RevisionRun:
        """A run that has not begun."""


class StopReason(enum.Enum):
    """Why a job was stopped early."""

    USER = "stopped by the user"
    CLOSED = "its file was closed"
    REPLACED = "a newer search took its place"
    SETTINGS = "its settings were changed"
    ENDING = "the server ends"

    @property
    def keeps_best(self) -> bool:
        """Whether there is still someone to offer the best so far to."""
        return self in (StopReason.USER, StopReason.CLOSED, StopReason.SETTINGS)


@dataclass(eq=False)
class Job:
    """One search: `id` is also the token of its progress, `qualname` the unit in the document `uri` of `file`.

    Where the whole file is searched, the name is the file's. `settings` are those it began with; `latest` is what was
    reported last, and the outcome in the end.
    """

    uri: str
    qualname: str
    file: Path
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started: float = field(default_factory=time.monotonic)
    revision: RevisionRun | None = None
    stopped: StopReason | None = None
    task: asyncio.Task[None] | None = None
    settings: Settings | None = None
    latest: str = ""

    def begin(self, revision: RevisionRun) -> None:
        """Tie the job to its work, which ends at once if the job was stopped before."""
        self.revision = revision
        if self.stopped:
            revision.stop()

    def stop(self, reason: StopReason) -> None:
        """End the work with the best so far; work that takes too long to end is cancelled."""
        if self.stopped is not None:
            return
        self.stopped = reason
        if self.revision is not None:
            self.revision.stop()
        if self.task is not None:
            asyncio.get_running_loop().call_later(GRACE_SECONDS, self.task.cancel)


class Jobs:
    """The jobs that run now."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._running: dict[str, Job] = {}

    @property
    def running(self) -> list[Job]:
        """The jobs, oldest first."""
        return list(self._running.values())

    def start(self, job: Job, work: Callable[[Job], Coroutine[Any, Any, None]]) -> None:
        """Run `work` for a job; an older job on the same unit is stopped."""
        self.stop(StopReason.REPLACED, lambda old: (old.uri, old.qualname) == (job.uri, job.qualname))
        self._running[job.id] = job
        job.task = self._tasks.start(work(job), f"revision of {job.qualname}")
        job.task.add_done_callback(lambda _: self._running.pop(job.id, None))

    def stop(self, reason: StopReason, where: Callable[[Job], bool] = lambda job: True) -> list[str]:
        """Stop the jobs that `where` chooses; their ids."""
        chosen = [job for job in self.running if where(job)]
        for job in chosen:
            job.stop(reason)
        return [job.id for job in chosen]

    async def close(self, seconds: float) -> None:
        """Stop every job and wait until all have tidied up, at most `seconds`."""
        self.stop(StopReason.ENDING)
        tasks = {job.task for job in self.running if job.task}
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
