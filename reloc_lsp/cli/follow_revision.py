"""Running a revision to its end, or until a signal stops it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Protocol

from reloc_lsp.cli.display import Display
from reloc_lsp.cli.exit_status import SIGNAL_BASE, exit_status
from reloc_lsp.revision import Progress, Proposal, Snapshot, Target
from reloc_lsp.settings import Settings

STOP_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class RunningRevision(Protocol):
    """What the command line uses of a revision."""

    def stop(self) -> None:
        """End early with the best revision so far."""

    def run(self) -> AsyncIterator[Progress | Proposal]:
        """Progress, and a proposal as the last item."""


class StartRevision(Protocol):
    """Makes a revision: the class `Revision`, or a replacement in tests."""

    def __call__(self, snapshot: Snapshot, target: Target, settings: Settings) -> RunningRevision:
        """A revision that has not begun yet."""


@dataclass(frozen=True)
class FollowResult:
    """How a revision ended; `signal` is the number of the signal that stopped it."""

    proposal: Proposal
    signal: int | None = None

    @property
    def exit_status(self) -> int:
        """The exit status of the command."""
        return exit_status(self.proposal, self.signal)


def follow(revision: RunningRevision, display: Display) -> FollowResult:
    """Run `revision` until its proposal, and show its progress on `display`.

    The first signal stops the revision; a second one ends this process at once.
    """
    return asyncio.run(_follow(revision, display))


async def _follow(revision: RunningRevision, display: Display) -> FollowResult:
    proposal = None
    try:
        with _stopped_by_signals(revision, display) as received:
            async for item in revision.run():
                if isinstance(item, Proposal):
                    proposal = item
                else:
                    display.show(item)
    finally:
        display.close()
    if proposal is None:
        raise RuntimeError("the revision ended without a proposal")
    return FollowResult(proposal, received[0] if received else None)


@contextmanager
def _stopped_by_signals(revision: RunningRevision, display: Display) -> Iterator[list[int]]:
    """The list of signals received so far; the first one stops `revision`."""
    loop = asyncio.get_running_loop()
    received: list[int] = []

    def receive(number: int, _: FrameType | None) -> None:
        if received:
            display.close()
            os._exit(SIGNAL_BASE + number)
        received.append(number)
        loop.call_soon_threadsafe(revision.stop)

    before = {number: signal.signal(number, receive) for number in STOP_SIGNALS}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
