"""Compare two runs of a benchmark on the same bugs: evaluations until the first fix, bug by bug.

    python tests/benchmarks/compare_runs.py BEFORE.jsonl AFTER.jsonl

Each line of a file has the `id` of a bug and `first`, the evaluations until the first passing revision (0: none).
The interval is a 95 % bootstrap interval over the bugs that both runs fixed.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from pathlib import Path

DRAWS = 10_000
"""Bootstrap resamples. Chosen by hand."""


def read(path: Path) -> dict[str, int]:
    """Evaluations by the bug's `id`."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["id"]: int(row["first"]) for row in rows}


def interval(values: list[float]) -> tuple[float, float]:
    """The 95 % bootstrap interval of the median."""
    generator = random.Random(0)
    medians = sorted(statistics.median(generator.choices(values, k=len(values))) for _ in range(DRAWS))
    return medians[int(0.025 * DRAWS)], medians[int(0.975 * DRAWS)]


def main() -> None:
    """Compare the two files and print the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    options = parser.parse_args()
    before, after = read(options.before), read(options.after)
    ids = sorted(before.keys() & after.keys())
    both = [name for name in ids if before[name] and after[name]]
    print(f"{len(ids)} bugs; fixed before {sum(before[n] > 0 for n in ids)}, after {sum(after[n] > 0 for n in ids)}")
    print(
        "fixed only before:",
        *(n for n in ids if before[n] and not after[n]),
        "; fixed only after:",
        *(n for n in ids if after[n] > before[n] == 0),
    )
    ratios = [after[name] / before[name] for name in both]
    low, high = interval(ratios)
    print(f"median evaluations of {len(both)} bugs fixed in both: {statistics.median(before[n] for n in both):g}, then "
          f"{statistics.median(after[n] for n in both):g}; median ratio {statistics.median(ratios):.2f} "
          f"({low:.2f} to {high:.2f}), geometric mean {statistics.geometric_mean(ratios):.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
