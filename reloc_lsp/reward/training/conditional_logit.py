"""Fits the weights of features to ranking lists: a conditional logit with a quadratic penalty.

The probability of a rewrite is the exponential of its weighted features, divided by the sum over its list. The fit
maximises the likelihood of the right rewrites, with a penalty on the distance of the weights from given ones.
Sources: McFadden, "Conditional logit analysis of qualitative choice behavior", 1974; for lists that are samples,
McFadden, "Modelling the choice of residential location", 1978.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from reloc_lsp.reward.errors import require_packages
from reloc_lsp.reward.linear_reward import FEEDBACK_WEIGHTS, INITIAL_WEIGHTS, RANK_WEIGHTS
from reloc_lsp.reward.training.ranking_lists import RankingItem, RankingList

CHOSEN = "chosen"
"""The feature of rewrites that were selected by run-time values.

A history has none of these, so its weight is set so that they keep their place among the others."""


@dataclass(frozen=True)
class FitOptions:
    """Options of a fit; the defaults were chosen by hand.

    `penalty` is the factor of the quadratic penalty. `share` is the part of the learned change that is kept: fixes in
    histories differ from bugs that fail tests, and an order in between does well on both. A feature gets a weight if
    `min_right_lists` lists have it at a right rewrite, or `min_lists` lists at any. `iterations` bounds the solver.
    """

    penalty: float = 1.0
    share: float = 0.6
    min_right_lists: int = 4
    min_lists: int = 25
    iterations: int = 200


def fit(lists: Sequence[RankingList], how: FitOptions = FitOptions()) -> dict[str, float]:
    """The weight of each feature; raises `RewardError` if SciPy is missing."""
    initial = INITIAL_WEIGHTS | FEEDBACK_WEIGHTS | RANK_WEIGHTS
    found = _penalized_fit(lists, _frequent_features(lists, how), initial, how)
    kept = {
        name: initial.get(name, 0.0) + how.share * (weight - initial.get(name, 0.0)) for name, weight in found.items()
    }
    weights = _rounded(kept)
    return weights | {CHOSEN: _mean_increase(lists, weights)}


def adapt(
    lists: Sequence[RankingList], start: Mapping[str, float], how: FitOptions = FitOptions(penalty=20.0)
) -> dict[str, float]:
    """Weights near `start`, adapted to lists of what passed in searches; raises `RewardError` if SciPy is missing.

    Such lists are few, hence the strong penalty, but unlike histories they contain run-time features.
    """
    names = sorted({*_frequent_features(lists, how), CHOSEN, *start})
    return _rounded(_penalized_fit(lists, names, FEEDBACK_WEIGHTS | RANK_WEIGHTS | dict(start), how))


def _penalized_fit(
    lists: Sequence[RankingList], names: Sequence[str], start: Mapping[str, float], how: FitOptions
) -> dict[str, float]:
    """The most likely weights of these features, with a penalty on the distance from `start`."""
    require_packages({"scipy": "fitting"})
    import numpy
    from scipy.optimize import minimize

    likelihood = _Likelihood(lists, names)
    before = numpy.array([start.get(name, 0.0) for name in names])

    def loss(weights: Any) -> tuple[float, Any]:
        value, gradient = likelihood.loss(weights)
        distance = weights - before
        return value + how.penalty * float(distance @ distance), gradient + 2 * how.penalty * distance

    found = minimize(loss, before, jac=True, method="L-BFGS-B", options={"maxiter": how.iterations})
    return dict(zip(names, map(float, found.x), strict=True))


def _rounded(weights: Mapping[str, float]) -> dict[str, float]:
    """Weights with four decimal places; those that would be 0 are left out."""
    return {name: round(weight, 4) for name, weight in weights.items() if abs(weight) > 5e-5}


def prior_score(row: RankingItem, weights: Mapping[str, float]) -> float:
    """The weighted sum of a rewrite's features."""
    return sum(weights.get(name, 0.0) * value for name, value in row.features.items())


def _mean_increase(lists: Sequence[RankingList], weights: Mapping[str, float]) -> float:
    """By how much these weights raise the score of a right rewrite above that of the initial weights, on average."""
    right = [row for one in lists for row in one.rows if row.right and CHOSEN not in row.features]
    increase = sum(prior_score(row, weights) - prior_score(row, INITIAL_WEIGHTS | RANK_WEIGHTS) for row in right)
    return round(increase / max(len(right), 1), 4)


def ranks(lists: Sequence[RankingList], weights: Mapping[str, float]) -> list[float]:
    """The rank (from 1) of the first right rewrite of each list, when ordered by these weights.

    Each wrong rewrite of a sample counts as `RankingList.scale` rewrites.
    """
    found = []
    for one in lists:
        best = max(prior_score(row, weights) for row in one.rows if row.right)
        ahead = sum(prior_score(row, weights) > best for row in one.rows if not row.right)
        found.append(1 + ahead * one.scale)
    return found


def held_out_ranks(
    lists: Sequence[RankingList], folds: int, fit_to: Callable[[Sequence[RankingList]], Mapping[str, float]] = fit
) -> list[float]:
    """The `ranks` of each list with weights that were fitted without its repository (cross-validation)."""
    repositories = sorted({one.repository for one in lists}, key=lambda name: sha256(name.encode()).digest())
    fold_of = {name: number % folds for number, name in enumerate(repositories)}
    found = [0.0] * len(lists)
    for fold in range(folds):
        indices = [n for n, one in enumerate(lists) if fold_of[one.repository] == fold]
        weights = fit_to([one for one in lists if fold_of[one.repository] != fold])
        for index, rank in zip(indices, ranks([lists[n] for n in indices], weights), strict=True):
            found[index] = rank
    return found


def _frequent_features(lists: Sequence[RankingList], how: FitOptions) -> list[str]:
    """The features that enough lists have."""
    right: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for one in lists:
        right.update({name for row in one.rows if row.right for name in row.features})
        seen.update({name for row in one.rows for name in row.features})
    enough = {name for name in seen if right[name] >= how.min_right_lists or seen[name] >= how.min_lists}
    return sorted((enough | set(INITIAL_WEIGHTS) | {name for name in seen if "=" not in name}) - {CHOSEN})


class _Likelihood:
    """The likelihood of the right rewrites, from all rows of all lists in one sparse matrix, list after list."""

    def __init__(self, lists: Sequence[RankingList], names: Sequence[str]) -> None:
        import numpy
        from scipy.sparse import csr_matrix

        column_of = {name: column for column, name in enumerate(names)}
        columns, values = array("i"), array("f")
        ends, right, log_scale = [0], [], []
        for one in lists:
            for row in one.rows:
                known = [(column_of[name], value) for name, value in row.features.items() if name in column_of]
                columns.extend(column for column, _ in known)
                values.extend(value for _, value in known)
                ends.append(len(columns))
                right.append(row.right)
                log_scale.append(0.0 if row.right else float(numpy.log(one.scale)))
        sizes = [len(one.rows) for one in lists]
        content = numpy.frombuffer(values, "f"), numpy.frombuffer(columns, "i"), ends
        self.rows: Any = csr_matrix(content, shape=(len(right), len(names)))
        self.right, self.log_scale = numpy.array(right, dtype=float), numpy.array(log_scale)
        self.starts = numpy.cumsum([0, *sizes[:-1]])
        self.list_of: Any = numpy.repeat(numpy.arange(len(sizes)), sizes)

    def loss(self, weights: Any) -> tuple[float, Any]:
        """The negative log-likelihood, and its gradient."""
        import numpy

        scores = self.rows @ weights + self.log_scale
        # Subtracting the largest score of a list keeps the exponentials finite.
        largest = numpy.maximum.reduceat(scores, self.starts)
        odds = numpy.exp(scores - largest[self.list_of])
        of_all = numpy.add.reduceat(odds, self.starts)
        of_right = numpy.maximum(numpy.add.reduceat(odds * self.right, self.starts), 1e-300)
        gradient = odds / of_all[self.list_of] - odds * self.right / of_right[self.list_of]
        return float(numpy.sum(numpy.log(of_all) - numpy.log(of_right))), self.rows.T @ gradient
