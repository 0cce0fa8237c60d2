"""How often the evidence reward prefers a fix to another rewrite of the same function, beside simpler judges.

    python tests/benchmarks/evidence_pairs.py HISTORIES.jsonl [...]

Of each list of alternatives (`reloc-lsp reward lists --history`) the fix is set against others that leave the function
as long as it does: length alone tells nothing. The reward is learned without the list's repository. Judges:

- coin: what guessing would reach;
- smaller edit: fewer words gone and come;
- natural: more pairs of neighbouring words that stand elsewhere in the file;
- prior: what the families of rewrites think of the edit;
- evidence: the weighed clues.

Every list counts alike. Intervals are those of 95 % of 1,000 draws of repositories.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from reloc_lsp.reward.training.conditional_logit import fit, prior_score
from reloc_lsp.reward.training.ranking_lists import RankingItem, RankingList, read

FOLDS, DRAWS, LEAST = 5, 1000, 15
PytestEvaluator = Callable[[RankingItem], float]
Row = tuple[str, str, float, Mapping[str, float]]
"""A list's repository, the family of its fix, the mean gap of its pairs, and each judge's share of them."""


def words(row: RankingItem) -> tuple[int, int]:
    """How many words a rewrite takes away, and how many it brings."""
    gone, come = (round(math.expm1(row.features.get(name, 0.0))) for name in ("words gone", "words come"))
    return gone, come


def family(row: RankingItem) -> str:
    """Its family, paired ones with the single ones of their kind."""
    names = [name for name in row.features if name.startswith("family=") and " in=" not in name]
    return names[0].removeprefix("family=").removeprefix("paired ") if names else "none"


def simple_judges() -> dict[str, PytestEvaluator]:
    """All that nothing is learned for."""
    return {
        "smaller edit": lambda row: -sum(words(row)),
        "natural": lambda row: row.features.get("pairs seen", 0.0),
        "prior": lambda row: row.features.get("preference", 0.0),
    }


def rows_of(one: RankingList, judges: Mapping[str, PytestEvaluator]) -> list[Row]:
    """One row, or none where no other rewrite leaves the function as long."""
    right = next(row for row in one.rows if row.right)
    length = words(right)[1] - words(right)[0]
    others = [row for row in one.rows if not row.right and words(row)[1] - words(row)[0] == length]
    if not others:
        return []
    gap = statistics.mean(abs(sum(words(row)) - sum(words(right))) for row in others)
    shares = {name: statistics.mean(_won(judge(right), judge(row)) for row in others) for name, judge in judges.items()}
    return [(one.repository, family(right), gap, shares)]


def _won(one: float, other: float) -> float:
    return 0.5 if abs(one - other) < 1e-9 else float(one > other)


def interval(rows: Sequence[Row], judge: str) -> str:
    """Mean and interval of a judge's share."""
    by_repository = defaultdict(list)
    for repository, _, _, shares in rows:
        by_repository[repository].append(shares[judge])
    groups, draw = list(by_repository.values()), random.Random(0)
    means = sorted(
        statistics.mean(share for group in draw.choices(groups, k=len(groups)) for share in group) for _ in range(DRAWS)
    )
    mean = statistics.mean(shares[judge] for *_, shares in rows)
    return f"{mean:.2f} ({means[round(0.025 * DRAWS)]:.2f}-{means[round(0.975 * DRAWS)]:.2f})"


def main() -> None:
    """Learn, judge and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lists", nargs="+", type=Path)
    lists = [one for file in parser.parse_args().lists for one in read(file)]
    repositories = sorted({one.repository for one in lists})
    random.Random(0).shuffle(repositories)
    rows: list[Row] = []
    for fold in range(FOLDS):
        held = set(repositories[fold::FOLDS])
        weights = fit([one for one in lists if one.repository not in held])
        judges = simple_judges() | {"evidence": lambda row, weights=weights: prior_score(row, weights)}
        rows += [row for one in lists if one.repository in held for row in rows_of(one, judges)]
    judges = ["smaller edit", "natural", "prior", "evidence"]
    middle = statistics.median(gap for _, _, gap, _ in rows)
    parts = {"all": rows, "edits alike in size": [r for r in rows if r[2] <= middle]}
    parts["edits unlike in size"] = [r for r in rows if r[2] > middle]
    kinds = defaultdict(list)
    for row in rows:
        kinds[row[1]].append(row)
    parts |= {kind: found for kind, found in sorted(kinds.items(), key=lambda k: -len(k[1])) if len(found) >= LEAST}
    print("| fixes | lists | coin |", " | ".join(judges), "|\n|---|---|---|" + "---|" * len(judges))
    for name, found in parts.items():
        print(f"| {name} | {len(found)} | 0.50 |", " | ".join(interval(found, judge) for judge in judges), "|")


if __name__ == "__main__":
    main()
