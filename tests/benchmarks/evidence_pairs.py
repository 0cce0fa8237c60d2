"""How often the evidence reward prefers a fix to another rewrite of the same function, compared with simpler scores.

    python tests/benchmarks/evidence_pairs.py HISTORIES.jsonl [...]

In each list of alternatives (`reloc-lsp reward lists --history`), the fix is compared with the rewrites that give the
function the same length, so that length alone decides nothing. The reward is trained without the list's repository
(5-fold cross-validation). Scores:

- coin: random guessing;
- smaller edit: fewer words removed and added;
- natural: more pairs of adjacent words that also occur elsewhere in the file;
- prior: the preference of the mutation operators;
- evidence: the weighted features.

Every list has the same weight. Intervals are 95 % bootstrap intervals over 1,000 resamples of the repositories.
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
"""Folds of the cross-validation, bootstrap resamples, and fewest lists for a row of an operator. Chosen by hand."""
SEED = 0
"""Seed of the folds and of the resamples."""
Scorer = Callable[[RankingItem], float]
Row = tuple[str, str, float, Mapping[str, float]]
"""A list's repository, the operator of its fix, the mean difference in edit size of its pairs, and the share of pairs
that each scorer wins."""


def words(row: RankingItem) -> tuple[int, int]:
    """The number of words that a rewrite removes, and that it adds."""
    removed, added = (round(math.expm1(row.features.get(name, 0.0))) for name in ("words gone", "words come"))
    return removed, added


def operator(row: RankingItem) -> str:
    """The operator of a rewrite. Paired operators count as the single one of their kind."""
    names = [name for name in row.features if name.startswith("family=") and " in=" not in name]
    return names[0].removeprefix("family=").removeprefix("paired ") if names else "none"


def simple_scorers() -> dict[str, Scorer]:
    """The scorers that need no training."""
    return {
        "smaller edit": lambda row: -sum(words(row)),
        "natural": lambda row: row.features.get("pairs seen", 0.0),
        "prior": lambda row: row.features.get("preference", 0.0),
    }


def rows_of(one: RankingList, scorers: Mapping[str, Scorer]) -> list[Row]:
    """One row, or none if no other rewrite gives the function the same length."""
    right = next(row for row in one.rows if row.right)
    length = words(right)[1] - words(right)[0]
    others = [row for row in one.rows if not row.right and words(row)[1] - words(row)[0] == length]
    if not others:
        return []
    gap = statistics.mean(abs(sum(words(row)) - sum(words(right))) for row in others)
    shares = {
        name: statistics.mean(_won(scorer(right), scorer(row)) for row in others) for name, scorer in scorers.items()
    }
    return [(one.repository, operator(right), gap, shares)]


def _won(one: float, other: float) -> float:
    return 0.5 if abs(one - other) < 1e-9 else float(one > other)


def interval(rows: Sequence[Row], scorer: str) -> str:
    """Mean and 95 % interval of a scorer's share of pairs."""
    by_repository = defaultdict(list)
    for repository, _, _, shares in rows:
        by_repository[repository].append(shares[scorer])
    groups, draw = list(by_repository.values()), random.Random(SEED)
    means = sorted(
        statistics.mean(share for group in draw.choices(groups, k=len(groups)) for share in group) for _ in range(DRAWS)
    )
    mean = statistics.mean(shares[scorer] for *_, shares in rows)
    return f"{mean:.2f} ({means[round(0.025 * DRAWS)]:.2f}-{means[round(0.975 * DRAWS)]:.2f})"


def main() -> None:
    """Train, score and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lists", nargs="+", type=Path)
    lists = [one for file in parser.parse_args().lists for one in read(file)]
    repositories = sorted({one.repository for one in lists})
    random.Random(SEED).shuffle(repositories)
    rows: list[Row] = []
    for fold in range(FOLDS):
        held = set(repositories[fold::FOLDS])
        weights = fit([one for one in lists if one.repository not in held])
        scorers = simple_scorers() | {"evidence": lambda row, weights=weights: prior_score(row, weights)}
        rows += [row for one in lists if one.repository in held for row in rows_of(one, scorers)]
    scorers = ["smaller edit", "natural", "prior", "evidence"]
    middle = statistics.median(gap for _, _, gap, _ in rows)
    parts = {"all": rows, "edits of similar size": [r for r in rows if r[2] <= middle]}
    parts["edits of different size"] = [r for r in rows if r[2] > middle]
    kinds = defaultdict(list)
    for row in rows:
        kinds[row[1]].append(row)
    parts |= {kind: found for kind, found in sorted(kinds.items(), key=lambda k: -len(k[1])) if len(found) >= LEAST}
    print("| fixes | lists | coin |", " | ".join(scorers), "|\n|---|---|---|" + "---|" * len(scorers))
    for name, found in parts.items():
        print(f"| {name} | {len(found)} | 0.50 |", " | ".join(interval(found, scorer) for scorer in scorers), "|")


if __name__ == "__main__":
    main()
