"""The running revisions. Each is a job of its own, which outlives the request that began it."""

from __future__ import annotations

import asyncio
import enum
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from reloc_lsp.server.session.background_tasks import BackgroundTasks

if TYPE_CHECKING:
    from reloc_lsp.revision import Progress, Proposal, Recording, Snapshot, Target
    from reloc_lsp.settings import Settings

GRACE_SECONDS = 2.0
"""How long a stopped revision may take to end before its task is cancelled. Chosen by hand."""


class RevisionRun(Protocol):
    """One run of the use case: the interface of `reloc_lsp.revision.Revision`."""

    def run(self) -> AsyncIterator[Progress | Proposal]:
        """Yield the progress, then one proposal."""

    def stop(self) -> None:
        """End the run early with the best revision so far."""


class RevisionFactory(Protocol):
    """Creates a run of the use case."""

    def __call__(self, snapshot: Snapshot, target: Target, settings: Settings, recording: Recording) -> RevisionRun:
        """A run that has not begun."""


class StopReason(enum.Enum):
    """Why a job was stopped early."""

    USER = "stopped by the user"
    CLOSED = "its file was closed"
    REPLACED = "a newer search replaced it"
    SETTINGS = "its settings were changed"
    ENDING = "the server ends"

    @property
    def keeps_best(self) -> bool:
        """Whether the best revision so far becomes a proposal."""
        return self in (StopReason.USER, StopReason.CLOSED, StopReason.SETTINGS)


@dataclass(eq=False)
class Job:
    """One revision of the unit `qualname` in the document `uri`, which is `file` on disk.

    `id` is also the token of its progress. If the whole file is searched, `qualname` is the file's name. `started` is a
    time of `time.monotonic`. `settings` are those that the revision began with. `message` is the latest report, and at
    the end the outcome.
    """

    uri: str
    qualname: str
    file: Path
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started: float = field(default_factory=time.monotonic)
    run: RevisionRun | None = None
    stop_reason: StopReason | None = None
    task: asyncio.Task[None] | None = None
    settings: Settings | None = None
    message: str = ""

    def attach(self, run: RevisionRun) -> None:
        """Set the run of the job; it is stopped at once if the job was stopped before."""
        self.run = run
        if self.stop_reason:
            run.stop()

    def stop(self, reason: StopReason) -> None:
        """End the run with the best revision so far; its task is cancelled if that takes more than `GRACE_SECONDS`."""
        if self.stop_reason is not None:
            return
        self.stop_reason = reason
        if self.run is not None:
            self.run.stop()
        if self.task is not None:
            asyncio.get_running_loop().call_later(GRACE_SECONDS, self.task.cancel)


class JobRegistry:
    """The jobs that run."""

    def __init__(self, tasks: BackgroundTasks) -> None:
        self._tasks = tasks
        self._by_id: dict[str, Job] = {}

    @property
    def running(self) -> list[Job]:
        """The jobs, oldest first."""
        return list(self._by_id.values())

    def start(self, job: Job, work: Callable[[Job], Coroutine[Any, Any, None]]) -> None:
        """Run `work` for a job; an older job on the same unit is stopped."""
        self.stop(StopReason.REPLACED, lambda old: (old.uri, old.qualname) == (job.uri, job.qualname))
        self._by_id[job.id] = job
        job.task = self._tasks.start(work(job), f"revision of {job.qualname}")
        job.task.add_done_callback(lambda _: self._by_id.pop(job.id, None))

    def stop(self, reason: StopReason, where: Callable[[Job], bool] = lambda job: True) -> list[str]:
        """Stop the jobs for which `where` is true; their ids."""
        chosen = [job for job in self.running if where(job)]
        for job in chosen:
            job.stop(reason)
        return [job.id for job in chosen]

    async def close(self, seconds: float) -> None:
        """Stop every job and wait until all have ended, at most `seconds`."""
        self.stop(StopReason.ENDING)
        tasks = {job.task for job in self.running if job.task}
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
