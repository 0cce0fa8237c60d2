"""Two runs of one benchmark on the same bugs: evaluations to the first fix, bug by bug.

    python tests/benchmarks/paired.py BEFORE.jsonl AFTER.jsonl

A line of either file has the `id` of a bug and `first`, the evaluations until the first revision that passed (0: none).
The interval is that of 95 % by bootstrap over the bugs that both runs fixed.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
from pathlib import Path

DRAWS = 10_000


def read(path: str) -> dict[str, int]:
    """Evaluations by bug."""
    rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    return {row["id"]: int(row["first"]) for row in rows}


def interval(values: list[float]) -> tuple[float, float]:
    """Where the median lies in 95 % of resamples."""
    dice = random.Random(0)
    medians = sorted(statistics.median(dice.choices(values, k=len(values))) for _ in range(DRAWS))
    return medians[int(0.025 * DRAWS)], medians[int(0.975 * DRAWS)]


def main() -> None:
    """Compare."""
    before, after = read(sys.argv[1]), read(sys.argv[2])
    ids = sorted(before.keys() & after.keys())
    both = [name for name in ids if before[name] and after[name]]
    print(f"{len(ids)} bugs; fixed before {sum(before[n] > 0 for n in ids)}, after {sum(after[n] > 0 for n in ids)}")
    print(
        "lost:",
        *(n for n in ids if before[n] and not after[n]),
        "; won:",
        *(n for n in ids if after[n] > before[n] == 0),
    )
    ratios = [after[name] / before[name] for name in both]
    low, high = interval(ratios)
    print(f"median evaluations of {len(both)}: {statistics.median(before[n] for n in both):g}, then "
          f"{statistics.median(after[n] for n in both):g}; median ratio {statistics.median(ratios):.2f} "
          f"({low:.2f} to {high:.2f}), geometric mean {statistics.geometric_mean(ratios):.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
