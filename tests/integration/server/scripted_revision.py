"""A replacement for the use case: the test decides what a run reports, and sees when it is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from reloc_lsp.program.text_edit import unified_diff
from reloc_lsp.revision import Progress, Proposal, Recording, Snapshot, Target, Tests
from reloc_lsp.settings import Settings

Event = Progress | Proposal | Exception


class ScriptedRun:
    """One run. `run()` yields the events of `emit`, and a stop ends it with the best proposal so far."""

    def __init__(self, snapshot: Snapshot, target: Target, settings: Settings) -> None:
        self.snapshot, self.target, self.settings = snapshot, target, settings
        self.best: Proposal | None = None
        self.stopped, self.closed = asyncio.Event(), asyncio.Event()
        self.stops_on_request = True
        self._script: asyncio.Queue[Event] = asyncio.Queue()

    def emit(self, event: Event) -> None:
        self._script.put_nowait(event)

    def stop(self) -> None:
        self.stopped.set()
        if self.stops_on_request:
            self.emit(self.best or Proposal("cancelled", "clamp: stopped, nothing better found.", reason="stopped"))

    async def run(self) -> AsyncIterator[Progress | Proposal]:
        try:
            while True:
                event = await self._script.get()
                if isinstance(event, Exception):
                    raise event
                yield event
                if isinstance(event, Proposal):
                    return
        finally:
            self.closed.set()


class ScriptedRevisions:
    """The factory given to the server; `started()` waits for the next run."""

    def __init__(self) -> None:
        self._new: asyncio.Queue[ScriptedRun] = asyncio.Queue()

    def __call__(self, snapshot: Snapshot, target: Target, settings: Settings, recording: Recording) -> ScriptedRun:
        run = ScriptedRun(snapshot, target, settings)
        self._new.put_nowait(run)
        return run

    async def started(self) -> ScriptedRun:
        return await asyncio.wait_for(self._new.get(), 30)


def progress(fraction: float, best: int = 2, *, message: str = "searching", total: int = 4) -> Progress:
    return Progress(
        "searching", message, fraction, 1.0, evaluations=10, before=Tests(2, total), best=Tests(best, total)
    )


def fixed(original: str, revise: Callable[[str], str], qualname: str = "clamp", **more: object) -> Proposal:
    """A proposal whose revised file is `revise(original)`."""
    source = revise(original)
    given: dict[str, object] = {
        "status": "fixed",
        "message": f"{qualname}: all 4 tests pass.",
        "file": "ranges.py",
        "qualname": qualname,
        "before": Tests(2, 4),
        "after": Tests(4, 4),
        "verified": True,
        "diff": unified_diff(original, source, "ranges.py"),
        "why": ("A comparison was turned around.",),
    }
    return Proposal(**{**given, **more}, original=original, source=source)  # type: ignore[arg-type]
