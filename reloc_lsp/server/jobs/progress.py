"""A job's progress in the editor: percentage always sent and never falling, a handful of reports a second."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from lsprotocol import types

from reloc_lsp.server.session.editor_client import Client

SECONDS_BETWEEN_REPORTS = 0.2


@dataclass(frozen=True)
class Report:
    """What a progress shows: a percentage (0 to 100) and words."""

    percentage: int
    message: str


class JobProgress:
    """One progress shown by the editor; the log where the editor shows none."""

    def __init__(self, client: Client, token: str, title: str) -> None:
        self._client = client
        self._token = token
        self._title = title
        self._begun = False
        self._latest = Report(0, "")
        self._sent: Report | None = None
        self._flush: asyncio.TimerHandle | None = None
        self.outcome = ""

    def begin(self) -> None:
        """Show the progress; reports from before it are then sent."""
        self._begun = True
        self._send(types.WorkDoneProgressBegin(title=self._title, cancellable=True, percentage=0))
        self._flush_now()

    def report(self, fraction: float, words: str, detail: str = "") -> None:
        """Show `fraction` (0 to 1) and the words, now or when the last report has been seen long enough.

        `detail` is what changes all the time: a log leaves it out.
        """
        percentage = min(100, max(self._latest.percentage, int(fraction * 100)))
        self._latest = Report(percentage, words + detail)
        if self._flush is None:
            self._flush_now()

    def end(self) -> None:
        """Take the progress away, the outcome in its last words."""
        if self._flush is not None:
            self._flush.cancel()
        if self._begun:
            self._send(types.WorkDoneProgressEnd(message=self.outcome))
            self._begun = False

    def _flush_now(self) -> None:
        self._flush = None
        if not self._begun or self._latest in (self._sent, Report(0, "")):
            return
        self._sent = self._latest
        self._send(types.WorkDoneProgressReport(percentage=self._sent.percentage, message=self._sent.message))
        self._flush = asyncio.get_running_loop().call_later(SECONDS_BETWEEN_REPORTS, self._flush_now)

    def _send(self, value: object) -> None:
        self._client.progress(self._token, value)


class LoggedProgress(JobProgress):
    """Progress for an editor that shows none: what is new goes to its log."""

    def begin(self) -> None:
        """Log that the work begins."""
        self._client.log(f"{self._title}: started.")

    def report(self, fraction: float, words: str, detail: str = "") -> None:
        """Log words that have not been said yet."""
        if words != self._latest.message:
            self._latest = Report(0, words)
            self._client.log(f"{self._title}: {words}")

    def end(self) -> None:
        """Log the outcome."""
        self._client.log(f"{self._title}: {self.outcome}")


@contextlib.asynccontextmanager
async def shown_progress(client: Client, token: str, title: str, shown: bool) -> AsyncIterator[JobProgress]:
    """A progress around some work; the work never waits for the editor (`window/workDoneProgress/create`)."""
    if not shown:
        progress: JobProgress = LoggedProgress(client, token, title)
        progress.begin()
        creating = None
    else:
        progress = JobProgress(client, token, title)
        creating = asyncio.create_task(_create(client, token, progress))
    try:
        yield progress
    finally:
        if creating is not None and not creating.done():
            creating.cancel()
        progress.end()


async def _create(client: Client, token: str, progress: JobProgress) -> None:
    if await client.create_progress(token):
        progress.begin()
