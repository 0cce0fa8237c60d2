"""The controller's side of a fork server: requests go out, and each reply goes to whoever waits for it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence

from reloc_lsp.evaluation.harness.protocol.messages import Cancel, Ping, Run, RunBatch, RunReply, SetConfinement
from reloc_lsp.evaluation.harness.protocol.values import ConfinementRules, RunRequest
from reloc_lsp.evaluation.harness_process import HarnessProcess
from reloc_lsp.evaluation.reports import (
    SERVER_DIED,
    ChildReport,
    RunEnd,
    child_report,
    decode_records,
    split_runs,
)

SILENT_SECONDS = 3.0
"""Seconds that a server may take to answer a ping. It never runs a candidate itself, so it answers at once; chosen by
hand, with room for a machine that is busy."""
UNANSWERED_PINGS = 2
"""After so many pings without any message in between, a server is ended: something stopped it, or reads its pipe."""


class ForkClient:
    """Sends requests to the fork server in `process`; it must be made in a running event loop."""

    def __init__(self, process: HarnessProcess) -> None:
        self.process = process
        self.cpu = 0.0
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[RunReply | None]] = {}
        self._message_came = False
        self._reader = asyncio.create_task(self._read())
        self._watcher = asyncio.create_task(self._watch())

    async def run(self, version: str | None, request: RunRequest) -> ChildReport:
        """Run tests in one child. A test that the child did not survive is TIMEOUT or DIED, those after it missing."""
        reply = await self._reply_to(Run(next(self._numbers), version, request))
        if reply is None:
            return SERVER_DIED
        records, whole = decode_records(reply.records)
        return child_report(request.limits, records, reply.ended if whole else "garbled", reply.cpu)

    async def run_batch(self, versions: Sequence[str], canary: int, request: RunRequest) -> list[ChildReport]:
        """Run tests on each of `versions` in one child, then the first `canary` of them on the unchanged unit.

        One report for each run that began; only the last of them may have ended otherwise than by itself.
        """
        reply = await self._reply_to(RunBatch(next(self._numbers), tuple(versions), canary, request))
        if reply is None:
            return []
        records, whole = decode_records(reply.records)
        runs = split_runs(records)
        share = reply.cpu / max(len(runs), 1)
        last: RunEnd = reply.ended if whole else "garbled"
        return [child_report(request.limits, run, last if run is runs[-1] else "done", share) for run in runs]

    async def _reply_to(self, request: Run | RunBatch) -> RunReply | None:
        """The reply to a request; `None` where the server has ended."""
        if self.ended:
            return None
        reply: asyncio.Future[RunReply | None] = asyncio.get_running_loop().create_future()
        self._waiting[request.id] = reply
        self.process.send(request)
        found = await reply
        self.cpu += found.cpu if found is not None else 0.0
        return found

    @property
    def ended(self) -> bool:
        """Whether the server has ended."""
        return self._reader.done()

    def set_confinement(self, confinement: ConfinementRules | None) -> None:
        """Confine every child that starts from now on; `None` for no confinement."""
        self.process.send(SetConfinement(confinement))

    def cancel(self) -> None:
        """End the running children and forget the waiting requests; the server stays."""
        self.process.send(Cancel())

    async def close(self) -> None:
        """End the server and its children."""
        self._watcher.cancel()
        self._reader.cancel()
        await self.process.close()

    async def _read(self) -> None:
        try:
            while (message := await self.process.receive()) is not None:
                self._message_came = True
                if isinstance(message, RunReply):
                    waiting = self._waiting.pop(message.id, None)
                    if waiting is not None and not waiting.done():
                        waiting.set_result(message)
        finally:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_result(None)

    async def _watch(self) -> None:
        """End a server that does not answer pings while somebody waits for it."""
        unanswered = 0
        while unanswered < UNANSWERED_PINGS:
            asked, self._message_came = bool(self._waiting), False
            if asked:
                self.process.send(Ping())
            await asyncio.sleep(SILENT_SECONDS)
            unanswered = unanswered + 1 if asked and not self._message_came else 0
        self.process.kill()
        self._reader.cancel()
