"""What `agreement.py` finds out about a package, and how it is told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from suites import Suite

SEARCH, WARM, FRESH, COLD = "search", "warm", "fresh", "cold"
METHODS = (SEARCH, WARM, FRESH, COLD)
HARMLESS = ("flaky", "time limit")


@dataclass(frozen=True)
class Disagreement:
    """A test that ended otherwise in one tier than in another on the same change, and why."""

    function: str
    number: int
    test: str
    said: Mapping[str, str]
    cause: str


@dataclass
class Tally:
    """What one package showed."""

    functions: list[str] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    chosen: Counter[str] = field(default_factory=Counter)
    grants: Counter[str] = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)
    changes: int = 0
    refused: int = 0
    unfit: int = 0
    hanging: int = 0
    compared: Counter[str] = field(default_factory=Counter)
    outcomes: int = 0
    cpu: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    count: Counter[str] = field(default_factory=Counter)
    disagreements: list[Disagreement] = field(default_factory=list)
    seconds: float = 0.0

    def each(self, method: str) -> float:
        """CPU milliseconds per change."""
        return 1000 * self.cpu[method] / self.count[method] if self.count[method] else float("nan")

    @property
    def serious(self) -> list[Disagreement]:
        """Disagreements that are not to be put down to the tests."""
        return [found for found in self.disagreements if not found.cause.startswith(HARMLESS)]


def table(tallies: Mapping[str, Tally]) -> str:
    """What the packages showed, a line each; the last columns are CPU milliseconds per change."""
    head = f"{'package':14} functions modules changes refused  cold  outcomes disagree serious"
    lines = [head + "".join(f"{method + ' ms':>10}" for method in METHODS)]
    for name, tally in tallies.items():
        counts = f"{len(tally.functions):9} {len(tally.modules):7} {tally.changes:7} {tally.refused:7}"
        held = f"{tally.compared[COLD]:5} {tally.outcomes:9} {len(tally.disagreements):8} {len(tally.serious):7}"
        prices = "".join(f"{tally.each(method):10.1f}" for method in METHODS)
        lines.append(f"{name:14} {counts} {held}{prices}")
    return "\n".join(lines)


def remarks(name: str, habits: Sequence[str], tally: Tally) -> str:
    """What the table leaves out."""
    lines = [f"habits: {', '.join(habits)}"]
    lines += [f"{count} x {chosen}" for chosen, count in tally.chosen.most_common()]
    lines += [f"{count} x granted: {words}" for words, count in tally.grants.most_common()]
    lines.append(f"functions: {', '.join(tally.functions)}")
    lines.append(f"{tally.hanging} changes hang in a tier; {tally.unfit} are not for the warm tier")
    lines += [f"left out: {why}" for why in tally.left_out]
    lines += [
        f"DISAGREEMENT on {d.function} {d.number}, {d.test}: "
        + ", ".join(f"{tier} {ended}" for tier, ended in d.said.items())
        + f"; cause: {d.cause}"
        for d in tally.disagreements
    ]
    return "\n".join(f"{name}: {line}" for line in [*lines, f"{tally.seconds:.0f} seconds"])


def row(name: str, suite: Suite, tally: Tally) -> dict[str, Any]:
    """One package's result for `--out`."""
    return {
        "package": name, "version": suite.package.version, "habits": suite.habits, "functions": tally.functions,
        "changes": tally.changes, "refused": tally.refused, "hanging": tally.hanging, "compared": tally.compared,
        "outcomes": tally.outcomes, "chosen": tally.chosen, "grants": tally.grants, "left_out": tally.left_out,
        "ms": {method: tally.each(method) for method in METHODS if tally.count[method]}, "seconds": tally.seconds,
        "disagreements": [vars(found) for found in tally.disagreements],
    }  # fmt: skip
