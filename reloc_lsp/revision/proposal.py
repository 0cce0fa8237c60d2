"""What comes out of a revision: its progress, and at the end one proposal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, asdict, dataclass, field
from typing import Any, Literal

from reloc_lsp.program.powers.kinds import PowerKind
from reloc_lsp.revision.confidence import Confidence
from reloc_lsp.search.objective import FIX, Measurement, Objective
from reloc_lsp.search.timings import PARTS

Phase = Literal["preparing", "baseline", "searching", "confirming"]
"""The steps of a revision, in their order."""

Status = Literal["fixed", "improved", "unchanged", "already-passing", "cancelled", "error"]
"""How a revision ended."""

Reason = Literal["wrong-call", "tests-cannot-run", "internal-error", "stopped", "out-of-time"]
"""Why the status is `error` (the first three) or `cancelled` (the last two).

`wrong-call`: the target, the settings or a file named in them cannot be used. `tests-cannot-run`: the tests give no
usable results here. `stopped`: the caller stopped the revision. `out-of-time`: the budget ended before a confirmation.
"""

COST_KEYS = (
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
"""The keys of `cost` in the output of `--json`, in their order."""


@dataclass(frozen=True)
class Tests:
    """How many tests passed, out of how many."""

    __test__ = False

    passed: int
    total: int


@dataclass(frozen=True)
class Progress:
    """The state of a revision that runs.

    `fraction` is the share of the work that is done (0 to 1, never falling), `seconds` the wall-clock time since the
    start, `before` what the unchanged function passes and `best` what the best revision so far passes. `plausible` says
    what a revision changes that meets the objective and is not confirmed yet; it is empty if there is none.
    """

    phase: Phase
    message: str
    fraction: float
    seconds: float
    _: KW_ONLY
    evaluations: int = 0
    before: Tests | None = None
    best: Tests | None = None
    plausible: str = ""


@dataclass(frozen=True)
class NewPower:
    """Something that a revision can do and the function could not: see `program.powers.file_powers.Power`.

    `line` is that of the revised file. `ran` says whether a test ran that code; `None` if that is not known.
    """

    kind: PowerKind
    name: str
    line: int
    ran: bool | None


@dataclass(frozen=True)
class Alternative:
    """Another revision that passes the same tests as the proposal; `source` is the text of the whole file.

    `score` orders alternatives (higher is better). `contrast` is a sentence about an input for which this revision
    behaves differently than the proposal; it is empty if no such input is known. `cautions`, `powers` and
    `hides_text` are as in `Proposal`.
    """

    diff: str
    passed: int
    total: int
    score: float
    source: str
    contrast: str = ""
    cautions: tuple[str, ...] = ()
    powers: tuple[NewPower, ...] = ()
    hides_text: bool = False


@dataclass(frozen=True)
class Proposal:
    """The result of a revision.

    `file` is relative to the workspace, `source` is its whole revised text and `original` the text before. `why` are
    sentences about what changed and what confirms it. `failure` describes in one line a test that failed before.
    `cautions` are sentences about what the user should check before the revision is applied: text that is hidden when
    it is shown (`hides_text`), new `powers`, and code that no test ran. `unrun_lines` are lines of the revised file
    that no test ran, if they are new or a test ran them before; `None` if that is not known. `measure` is the measured
    improvement of an objective that is measured. `timings` are seconds by part (see `search.timings`). `confidence`
    says how likely a revision is right that passes all tests; `None` if that is not known. `reason` is set for the
    statuses `error` and `cancelled`.
    """

    status: Status
    message: str
    _: KW_ONLY
    reason: Reason | None = None
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
    cautions: tuple[str, ...] = ()
    powers: tuple[NewPower, ...] = ()
    hides_text: bool = False
    unrun_lines: tuple[int, ...] | None = None
    notes: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    cost: Mapping[str, float | None] = field(default_factory=dict)
    timings: Mapping[str, float | None] = field(default_factory=dict)
    sandbox: str = "none"
    trace: str | None = None
    failure: str = ""
    objective: Objective = FIX
    measure: Measurement | None = None
    confidence: Confidence | None = None

    def as_json(self) -> dict[str, Any]:
        """The object that `reloc-lsp revise --json` prints."""
        return {
            "status": self.status,
            "message": self.message,
            "unit": {"file": self.file, "qualname": self.qualname, "line": self.line},
            "before": asdict(self.before),
            "after": asdict(self.after),
            "verified": self.verified,
            "diff": self.diff,
            "source": self.source,
            "why": list(self.why),
            "notes": [*self.cautions, *self.notes],
            "powers": [asdict(power) for power in self.powers],
            "hides_text": self.hides_text,
            "unrun_lines": None if self.unrun_lines is None else list(self.unrun_lines),
            "alternatives": [asdict(alternative) for alternative in self.alternatives],
            "cost": {name: self.cost.get(name, 0) for name in COST_KEYS},
            "timings": {part: self.timings.get(part) for part in PARTS},
            "sandbox": self.sandbox,
            "trace": self.trace,
            "objective": self.objective.kind,
            "measure": asdict(self.measure) if self.measure else None,
            "confidence": asdict(self.confidence) if self.confidence else None,
        }
