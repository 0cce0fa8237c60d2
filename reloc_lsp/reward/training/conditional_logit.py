"""Learns from lists of alternatives how much each clue weighs: a conditional logit, as economists fit to choices.

The chance of an alternative is the exponential of its weighed clues over the sum of all of its list; the likelihood of
the right ones is made as large as can be, with a penalty on weights that leave what the neighbourhood thought itself.
Source: McFadden, Conditional logit analysis of qualitative choice behavior, 1974; sampled alternatives: 1978.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from reloc_lsp.reward.errors import need
from reloc_lsp.reward.linear_reward import BEFORE, LESSONS, TURNS
from reloc_lsp.reward.training.ranking_lists import RankingItem, RankingList

CHOSEN = "chosen"
"""The clue of rewrites that run-time values chose. A history has none of them, so they keep their place."""


@dataclass(frozen=True)
class Learning:
    """How it is learned.

    `strength` is that of the penalty, and of what is learned the `share` is kept: fixes of a history are not quite the
    bugs that fail tests, and an order half-way does well on both. A clue is weighed when `least_right` lists have it at
    a right alternative, or `least_seen` lists at any. `iterations` bounds the work.
    """

    strength: float = 1.0
    share: float = 0.6
    least_right: int = 4
    least_seen: int = 25
    iterations: int = 200


def fit(lists: Sequence[RankingList], how: Learning = Learning()) -> dict[str, float]:
    """The weight of each clue; raises `RewardError` where scipy is missing."""
    own = BEFORE | LESSONS | TURNS
    found = _nearest(lists, _weighed(lists, how), own, how)
    kept = {name: own.get(name, 0.0) + how.share * (weight - own.get(name, 0.0)) for name, weight in found.items()}
    weights = _rounded(kept)
    return weights | {CHOSEN: _raise(lists, weights)}


def adapt(
    lists: Sequence[RankingList], start: Mapping[str, float], how: Learning = Learning(strength=20.0)
) -> dict[str, float]:
    """Weights near `start`, for lists of what passed in searches; raises `RewardError` where scipy is missing.

    These are few, but in them all is known that a search knows.
    """
    names = sorted({*_weighed(lists, how), CHOSEN, *start})
    return _rounded(_nearest(lists, names, LESSONS | TURNS | dict(start), how))


def _nearest(
    lists: Sequence[RankingList], names: Sequence[str], start: Mapping[str, float], how: Learning
) -> dict[str, float]:
    """The likeliest weights of these names, with a penalty on their distance from `start`."""
    need({"scipy": "fitting"})
    import numpy
    from scipy.optimize import minimize

    table = _Table(lists, names)
    before = numpy.array([start.get(name, 0.0) for name in names])

    def loss(weights: Any) -> tuple[float, Any]:
        value, slope = table.loss(weights)
        away = weights - before
        return value + how.strength * float(away @ away), slope + 2 * how.strength * away

    found = minimize(loss, before, jac=True, method="L-BFGS-B", options={"maxiter": how.iterations})
    return dict(zip(names, map(float, found.x), strict=True))


def _rounded(weights: Mapping[str, float]) -> dict[str, float]:
    return {name: round(weight, 4) for name, weight in weights.items() if abs(weight) > 5e-5}


def prior_score(row: RankingItem, weights: Mapping[str, float]) -> float:
    """The weighed sum of an alternative's clues."""
    return sum(weights.get(name, 0.0) * value for name, value in row.features.items())


def _raise(lists: Sequence[RankingList], weights: Mapping[str, float]) -> float:
    """By how much these weights raise a right alternative, in the mean."""
    right = [row for one in lists for row in one.rows if row.right and CHOSEN not in row.features]
    raised = sum(prior_score(row, weights) - prior_score(row, BEFORE | TURNS) for row in right)
    return round(raised / max(len(right), 1), 4)


def places(lists: Sequence[RankingList], weights: Mapping[str, float]) -> list[float]:
    """The place (from 1) of the first right alternative of each list when ordered by these weights.

    Estimated from the sample: each wrong one that is kept stands for as many as were left out.
    """
    found = []
    for one in lists:
        best = max(prior_score(row, weights) for row in one.rows if row.right)
        ahead = sum(prior_score(row, weights) > best for row in one.rows if not row.right)
        found.append(1 + ahead * one.scale)
    return found


def held_out(
    lists: Sequence[RankingList], folds: int, learn: Callable[[Sequence[RankingList]], Mapping[str, float]] = fit
) -> list[float]:
    """`places` of each list by weights that were learned without its repository."""
    repositories = sorted({one.repository for one in lists}, key=lambda name: sha256(name.encode()).digest())
    fold_of = {name: number % folds for number, name in enumerate(repositories)}
    found = [0.0] * len(lists)
    for fold in range(folds):
        there = [n for n, one in enumerate(lists) if fold_of[one.repository] == fold]
        weights = learn([one for one in lists if fold_of[one.repository] != fold])
        for number, place in zip(there, places([lists[n] for n in there], weights), strict=True):
            found[number] = place
    return found


def _weighed(lists: Sequence[RankingList], how: Learning) -> list[str]:
    """The clues that enough lists have."""
    right: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for one in lists:
        right.update({name for row in one.rows if row.right for name in row.features})
        seen.update({name for row in one.rows for name in row.features})
    enough = {name for name in seen if right[name] >= how.least_right or seen[name] >= how.least_seen}
    return sorted((enough | set(BEFORE) | {name for name in seen if "=" not in name}) - {CHOSEN})


class _Table:
    """All rows of all lists as one sparse matrix, those of a list beside each other."""

    def __init__(self, lists: Sequence[RankingList], names: Sequence[str]) -> None:
        import numpy
        from scipy.sparse import csr_matrix

        places = {name: place for place, name in enumerate(names)}
        columns, values = array("i"), array("f")
        ends, right, more = [0], [], []
        for one in lists:
            for row in one.rows:
                known = [(places[name], value) for name, value in row.features.items() if name in places]
                columns.extend(place for place, _ in known)
                values.extend(value for _, value in known)
                ends.append(len(columns))
                right.append(row.right)
                more.append(0.0 if row.right else float(numpy.log(one.scale)))
        sizes = [len(one.rows) for one in lists]
        content = numpy.frombuffer(values, "f"), numpy.frombuffer(columns, "i"), ends
        self.rows: Any = csr_matrix(content, shape=(len(right), len(names)))
        self.right, self.more = numpy.array(right, dtype=float), numpy.array(more)
        self.starts = numpy.cumsum([0, *sizes[:-1]])
        self.list_of: Any = numpy.repeat(numpy.arange(len(sizes)), sizes)

    def loss(self, weights: Any) -> tuple[float, Any]:
        """The negative logarithm of the likelihood, and its slope."""
        import numpy

        promises = self.rows @ weights + self.more
        most = numpy.maximum.reduceat(promises, self.starts)
        share = numpy.exp(promises - most[self.list_of])
        whole = numpy.add.reduceat(share, self.starts)
        of_right = numpy.maximum(numpy.add.reduceat(share * self.right, self.starts), 1e-300)
        slope = share / whole[self.list_of] - share * self.right / of_right[self.list_of]
        return float(numpy.sum(numpy.log(whole) - numpy.log(of_right))), self.rows.T @ slope
