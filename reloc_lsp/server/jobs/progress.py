"""The progress of a job in the editor (`$/progress`): a percentage that never falls, and a few reports a second."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from lsprotocol import types

from reloc_lsp.program.shown_text.visible_text import visible_line
from reloc_lsp.server.session.editor_client import EditorClient

REPORT_INTERVAL_SECONDS = 0.2
"""Shortest time between two reports, so that the editor is not flooded. Chosen by hand."""


@dataclass(frozen=True)
class ProgressReport:
    """What a progress shows: a percentage (0 to 100) and a message."""

    percentage: int
    message: str


EMPTY_REPORT = ProgressReport(0, "")


class JobProgress:
    """The progress of one job, shown by the editor."""

    def __init__(self, client: EditorClient, token: str, title: str) -> None:
        self._client = client
        self._token = token
        self._title = title
        self._begun = False
        self._latest = EMPTY_REPORT
        self._sent: ProgressReport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.outcome = ""

    def begin(self) -> None:
        """Begin the progress, and send the latest report if there is one already."""
        self._begun = True
        self._send(types.WorkDoneProgressBegin(title=visible_line(self._title), cancellable=True, percentage=0))
        self._flush()

    def report(self, fraction: float, message: str, detail: str = "") -> None:
        """Report `fraction` (0 to 1) and `message`, at once or when `REPORT_INTERVAL_SECONDS` have passed.

        `detail` is appended to the message. It changes with every report, so that a log leaves it out.
        """
        percentage = min(100, max(self._latest.percentage, int(fraction * 100)))
        self._latest = ProgressReport(percentage, visible_line(message + detail))
        if self._timer is None:
            self._flush()

    def end(self) -> None:
        """End the progress with `outcome` as its message."""
        if self._timer is not None:
            self._timer.cancel()
        if self._begun:
            self._send(types.WorkDoneProgressEnd(message=visible_line(self.outcome)))
            self._begun = False

    def _flush(self) -> None:
        self._timer = None
        if not self._begun or self._latest in (self._sent, EMPTY_REPORT):
            return
        self._sent = self._latest
        self._send(types.WorkDoneProgressReport(percentage=self._sent.percentage, message=self._sent.message))
        self._timer = asyncio.get_running_loop().call_later(REPORT_INTERVAL_SECONDS, self._flush)

    def _send(self, value: object) -> None:
        self._client.progress(self._token, value)


class LoggedProgress(JobProgress):
    """The progress of a job in the editor's log, for an editor that shows none and for revisions after a save."""

    def begin(self) -> None:
        """Log that the revision begins."""
        self._client.log(f"{self._title}: started.")

    def report(self, fraction: float, message: str, detail: str = "") -> None:
        """Log the message if it differs from the one before."""
        if message != self._latest.message:
            self._latest = ProgressReport(0, message)
            self._client.log(f"{self._title}: {message}")

    def end(self) -> None:
        """Log the outcome."""
        self._client.log(f"{self._title}: {self.outcome}")


@contextlib.asynccontextmanager
async def shown_progress(client: EditorClient, token: str, title: str, shown: bool) -> AsyncIterator[JobProgress]:
    """A progress that ends with the context; it is logged unless `shown`.

    The context does not wait until the editor has accepted the progress (`window/workDoneProgress/create`).
    """
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


async def _create(client: EditorClient, token: str, progress: JobProgress) -> None:
    if await client.create_progress(token):
        progress.begin()
