"""The one use case: settings, a workspace and a target in; a stream of progress and then one Proposal out."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from reloc_lsp.settings import Settings

Status = Literal["fixed", "improved", "unchanged", "already-passing", "cancelled", "error"]
Phase = Literal["preparing", "baseline", "searching", "confirming"]


@dataclass(frozen=True)
class Snapshot:
    """The workspace as its user sees it, frozen: files on disk, with unsaved editor text laid over them.

    `root` is an absolute directory; `unsaved` maps absolute paths to their text in the editor.
    """

    root: Path
    unsaved: Mapping[Path, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """What to revise: a file and in it a qualified name or a line; with neither the most suspicious unit.

    `file` is absolute, or `None`: then the whole workspace's tests say where to look.
    """

    file: Path | None = None
    qualname: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Tests:
    """How many tests passed, of how many."""

    passed: int
    total: int


@dataclass(frozen=True)
class Progress:
    """Where a revision stands. `fraction` (0 to 1) never falls; `best` is what passes with the best so far."""

    phase: Phase
    message: str
    fraction: float
    seconds: float
    evaluations: int = 0
    before: Tests | None = None
    best: Tests | None = None


@dataclass(frozen=True)
class Alternative:
    """Another revision that does as well, `source` being the whole file's text."""

    diff: str
    passed: int
    total: int
    score: float
    source: str


@dataclass(frozen=True)
class Proposal:
    """The answer. `source` is the file's whole revised text, `original` the text it started from.

    `file` is relative to the workspace; `why` are sentences on what changed and why it is believed;
    `exit_status` is that of the command line's contract.
    """

    status: Status
    message: str
    exit_status: int
    file: str = ""
    qualname: str = ""
    line: int = 0
    before: Tests = Tests(0, 0)
    after: Tests = Tests(0, 0)
    verified: bool = False
    diff: str = ""
    source: str = ""
    original: str = ""
    why: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    cost: Mapping[str, float] = field(default_factory=dict)
    sandbox: str = "none"
    trace: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The object of `--json` (design.md, contract of the command line)."""
        names = ("evaluations", "calls", "prompt_tokens", "completion_tokens", "seconds", "cpu_seconds")
        return {
            "status": self.status,
            "message": self.message,
            "unit": {"file": self.file, "qualname": self.qualname, "line": self.line},
            "before": {"passed": self.before.passed, "total": self.before.total},
            "after": {"passed": self.after.passed, "total": self.after.total},
            "verified": self.verified,
            "diff": self.diff,
            "source": self.source,
            "why": list(self.why),
            "notes": list(self.notes),
            "alternatives": [
                {"diff": a.diff, "passed": a.passed, "total": a.total, "score": a.score, "source": a.source}
                for a in self.alternatives
            ],
            "cost": {name: self.cost.get(name, 0) for name in names},
            "sandbox": self.sandbox,
            "trace": self.trace,
        }


class Revision:
    """One run of the use case. Read `run()` once; `stop()` ends it early with the best so far."""

    def __init__(self, snapshot: Snapshot, target: Target, settings: Settings) -> None:
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
        from reloc_lsp.work import Work

        news: asyncio.Queue[Progress] = asyncio.Queue()
        work = Work(self.snapshot, self.target, self.settings, news.put_nowait)
        self._work = asyncio.create_task(work.proposal())
        if self._stopped:
            self._work.cancel()
        try:
            while not self._work.done() or not news.empty():
                item = asyncio.create_task(news.get())
                await asyncio.wait({item, self._work}, return_when=asyncio.FIRST_COMPLETED)
                if item.done():
                    yield item.result()
                else:
                    item.cancel()
            try:
                yield self._work.result()
            except asyncio.CancelledError:
                yield work.best_so_far()
        finally:
            self._work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._work
