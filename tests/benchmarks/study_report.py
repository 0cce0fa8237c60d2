"""The page of the study: a table with intervals, paired differences, and curves of what was solved for how much."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Z = 1.96
"""Standard deviations of a 95 % interval."""
RESAMPLES = 2000
"""Resamples of a bootstrap interval. Chosen by hand: its ends move by less than a point from seed to seed."""
WIDTH, HEIGHT, MARGIN = 640, 280, 46
"""Size of a picture and the space around its curves, in pixels."""
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#17becf", "#7f7f7f")
AXES: dict[str, Callable[[Row], float]] = {
    "seconds": lambda row: row.get("seconds", math.inf),
    "tokens": lambda row: row.get("tokens", 0) + row.get("read", 0),
    "evaluations": lambda row: row.get("evaluations", math.inf),
}
"""What a curve has on its horizontal axis, from the row of a run."""


def page(rows: Sequence[Row], path: Path | None) -> str:
    """The page in Markdown; its pictures are written beside it if it has a path."""
    lines = ["# Study: methods at equal seconds", "", "Made by `tests/benchmarks/study.py`.", ""]
    for name in sorted({row["set"] for row in rows}):
        members = [row for row in rows if row["set"] == name]
        lines += [f"## {name}", "", *_table(members), "", *_differences(members), ""]
        for axis in AXES if path is not None else ():
            picture = f"study-{name}-{axis}.svg"
            (path.parent / picture).write_text(curves(members, axis)) if path else None
            lines += [f"![solved against {axis}]({picture})", ""]
    return "\n".join(lines)


def _methods(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows by method and model."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[f"{row['method']} {row['model']}".strip()].append(row)
    return dict(found)


def _table(rows: list[Row]) -> list[str]:
    lines = ["| method | runs | fixed | right | median seconds | tokens a run |", "|---|---|---|---|---|---|"]
    for name, members in _methods(rows).items():
        fixed, right = (sum(row[what] for row in members) for what in ("fixed", "right"))
        seconds = sorted(AXES["seconds"](row) for row in members)[len(members) // 2]
        tokens = sum(AXES["tokens"](row) for row in members) / len(members)
        lines.append(
            f"| {name} | {len(members)} | {fixed} ({interval(fixed, len(members))}) | "
            f"{right} ({interval(right, len(members))}) | {seconds:.1f} | {tokens:,.0f} |"
        )
    return lines


def interval(hits: int, total: int) -> str:
    """The 95 % interval of a share (Wilson), in percent."""
    share, square = hits / total, Z * Z / total
    middle = (share + square / 2) / (1 + square)
    half = Z * math.sqrt(share * (1 - share) / total + square / (4 * total)) / (1 + square)
    return f"{100 * (middle - half):.0f} to {100 * (middle + half):.0f} %"


def _differences(rows: list[Row]) -> list[str]:
    """How many more than the first method each other one solves, on the same cases and seeds."""
    (first, base), *others = _methods(rows).items()
    lines = []
    for name, members in others:
        by_case = {(row["case"], row["seed"]): row for row in base}
        pairs = [(by_case[key], row) for row in members if (key := (row["case"], row["seed"])) in by_case]
        if pairs:
            gains = [row["fixed"] - before["fixed"] for before, row in pairs]
            low, high = paired_interval(gains)
            lines.append(
                f"- {name} against {first}: {sum(gains):+d} of {len(pairs)} fixed "
                f"({100 * low:+.0f} to {100 * high:+.0f} points, paired bootstrap, 95 %)"
            )
    return lines


def paired_interval(gains: Sequence[int]) -> tuple[float, float]:
    """The 95 % interval of the mean of paired differences (percentile bootstrap, seeded)."""
    rng = random.Random(0)
    means = sorted(sum(rng.choices(gains, k=len(gains))) / len(gains) for _ in range(RESAMPLES))
    return means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]


def curves(rows: Sequence[Row], axis: str) -> str:
    """An SVG picture: the share of the runs that each method has solved, against what a run cost."""
    methods = _methods(rows)
    costs = [AXES[axis](row) for row in rows if row["fixed"]]
    most = max([cost for cost in costs if math.isfinite(cost)], default=1.0) or 1.0
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="12"><rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    ]
    wide, high = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
    for share in (0, 25, 50, 75, 100):
        y = HEIGHT - MARGIN - high * share / 100
        parts.append(
            f'<path d="M{MARGIN} {y}H{WIDTH - MARGIN}" stroke="#ddd"/><text x="8" y="{y + 4}">{share} %</text>'
        )
    parts.append(f'<text x="{WIDTH // 2}" y="{HEIGHT - 8}">{axis} of a run, up to {most:,.0f}</text>')
    for number, (name, members) in enumerate(methods.items()):
        solved = sorted(min(AXES[axis](row), most) for row in members if row["fixed"])
        y, path = float(HEIGHT - MARGIN), f"M{MARGIN} {HEIGHT - MARGIN}"
        for cost in solved:
            y -= high / len(members)
            path += f"H{MARGIN + wide * cost / most:.1f}V{y:.1f}"
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f'<path d="{path}H{WIDTH - MARGIN}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{MARGIN + 6}" y="{18 + 14 * number}" fill="{colour}">{escape(name)}</text>')
    return "".join([*parts, "</svg>\n"])
