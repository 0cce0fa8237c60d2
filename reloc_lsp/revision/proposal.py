"""What goes into a revision and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from reloc_lsp.search.objective import FIX, Measured, Objective

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
    """What to revise, and what for: a file and in it a qualified name or a line; with neither the most suspicious unit.

    `file` is absolute, or `None`: then the whole workspace's tests say where to look. Where a name is defined more
    than once (a property and its setter), `line` beside `qualname` says which is meant.
    """

    file: Path | None = None
    qualname: str | None = None
    line: int | None = None
    objective: Objective = FIX


@dataclass(frozen=True)
class Recording:
    """The trace to `write`, and the one to `replay` in place of a model; `None` for none."""

    write: Path | None = None
    replay: Path | None = None


NO_RECORDING = Recording()


@dataclass(frozen=True)
class Tests:
    """How many tests passed, of how many."""

    __test__ = False

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
    """Another revision that does as well, `source` being the whole file's text.

    `contrast` tells an input with which it does otherwise than the proposal; empty where none is known.
    """

    diff: str
    passed: int
    total: int
    score: float
    source: str
    contrast: str = ""


@dataclass(frozen=True)
class Proposal:
    """The answer. `source` is the file's whole revised text, `original` the text it started from.

    `file` is relative to the workspace; `why` are sentences on what changed and why it is believed; `failure` is a
    test that failed before, and how, in a line; `exit_status` is that of the command line's contract. `measure` is what
    a measured objective made of the unit.
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
    cost: Mapping[str, float | None] = field(default_factory=dict)
    sandbox: str = "none"
    trace: str | None = None
    failure: str = ""
    objective: Objective = FIX
    measure: Measured | None = None

    def as_json(self) -> dict[str, Any]:
        """The object of `--json` (design.md, contract of the command line)."""
        names = (
            "evaluations",
            "calls",
            "prompt_tokens",
            "cached_tokens",
            "completion_tokens",
            "money",
            "seconds",
            "cpu_seconds",
            "first_fix",
        )
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
            "alternatives": [asdict(alternative) for alternative in self.alternatives],
            "cost": {name: self.cost.get(name, 0) for name in names},
            "sandbox": self.sandbox,
            "trace": self.trace,
            "objective": self.objective.kind,
            "measure": asdict(self.measure) if self.measure else None,
        }
