"""What `agreement.py` finds out about a package, and the report of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from suites import Suite

SEARCH, WARM, FRESH, COLD = "search", "warm", "fresh", "cold"
METHODS = (SEARCH, WARM, FRESH, COLD)
HARMLESS = ("flaky", "timeout")
"""Beginnings of the causes that are no error of a tier."""


@dataclass(frozen=True)
class Disagreement:
    """A test whose outcome for one change differs between tiers, and the cause.

    `number` is mutmut's number of the change in the function. `outcomes` are by tier.
    """

    function: str
    number: int
    test: str
    outcomes: Mapping[str, str]
    cause: str


@dataclass
class Tally:
    """The results for one package. `refused` changes fail a test; `unfit` ones cannot be swapped in."""

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
        """Disagreements that the tests themselves do not explain."""
        return [found for found in self.disagreements if not found.cause.startswith(HARMLESS)]


def table(tallies: Mapping[str, Tally]) -> str:
    """The results, one line per package. The last columns are CPU milliseconds per change."""
    head = f"{'package':14} functions modules changes refused  cold  outcomes disagree serious"
    lines = [head + "".join(f"{method + ' ms':>10}" for method in METHODS)]
    for name, tally in tallies.items():
        counts = f"{len(tally.functions):9} {len(tally.modules):7} {tally.changes:7} {tally.refused:7}"
        held = f"{tally.compared[COLD]:5} {tally.outcomes:9} {len(tally.disagreements):8} {len(tally.serious):7}"
        prices = "".join(f"{tally.each(method):10.1f}" for method in METHODS)
        lines.append(f"{name:14} {counts} {held}{prices}")
    return "\n".join(lines)


def remarks(name: str, features: Sequence[str], tally: Tally) -> str:
    """What the table does not show."""
    lines = [f"features: {', '.join(features)}"]
    lines += [f"{count} x {chosen}" for chosen, count in tally.chosen.most_common()]
    lines += [f"{count} x granted: {grants}" for grants, count in tally.grants.most_common()]
    lines.append(f"functions: {', '.join(tally.functions)}")
    lines.append(f"{tally.hanging} changes hang in a tier; {tally.unfit} cannot be swapped in by the warm tier")
    lines += [f"left out: {why}" for why in tally.left_out]
    lines += [
        f"DISAGREEMENT on {d.function} {d.number}, {d.test}: "
        + ", ".join(f"{tier} {ended}" for tier, ended in d.outcomes.items())
        + f"; cause: {d.cause}"
        for d in tally.disagreements
    ]
    return "\n".join(f"{name}: {line}" for line in [*lines, f"{tally.seconds:.0f} seconds"])


def row(name: str, suite: Suite, tally: Tally) -> dict[str, Any]:
    """The result of one package, as written to `--out`."""
    return {
        "package": name, "version": suite.package.version, "habits": suite.features, "functions": tally.functions,
        "changes": tally.changes, "refused": tally.refused, "hanging": tally.hanging, "compared": tally.compared,
        "outcomes": tally.outcomes, "chosen": tally.chosen, "grants": tally.grants, "left_out": tally.left_out,
        "ms": {method: tally.each(method) for method in METHODS if tally.count[method]}, "seconds": tally.seconds,
        "disagreements": [vars(found) for found in tally.disagreements],
    }  # fmt: skip
