"""A baseline for reward models: logistic regression on the n-grams of tokens in which two versions differ.

What it solves in repositories that it never saw is mostly due to marks that edits leave, not to closeness to a correct
program. A data set says which pairs those are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from reloc_lsp.program.differences.distance import code_tokens
from reloc_lsp.reward.errors import require_packages
from reloc_lsp.reward.training.preference import Preference

MAX_ORDER = 3
"""Longest n-gram, in tokens; chosen by hand."""
FOLDS = 5
"""Number of folds of the cross-validation; not tuned."""
MAX_ITERATIONS = 1000
"""Bound of the solver's iterations, which it does not reach on data of a few thousand pairs."""


def difference_matrix(preferences: Sequence[Preference]) -> Any:
    """A sparse matrix: a row for each preference, a column for each n-gram.

    An entry is the number of occurrences in the better version minus those in the worse one. Each row is divided by
    the square root of its number of entries. Raises `RewardError` if scikit-learn is missing.
    """
    require_packages({"sklearn": "the n-gram baseline", "scipy": "sparse matrices"})
    import numpy
    from scipy.sparse import diags
    from sklearn.feature_extraction.text import CountVectorizer

    sources = (source for preference in preferences for source in (preference.better, preference.worse))
    counts = CountVectorizer(analyzer=_ngrams, dtype=numpy.int64).fit_transform(sources)
    differences = (counts[::2] - counts[1::2]).tocsr()
    differences.eliminate_zeros()
    entries = numpy.maximum(numpy.diff(differences.indptr), 1)
    return diags(1 / numpy.sqrt(entries)) @ differences


def margins(training: Any, rows: Any) -> list[float]:
    """For each of the `rows`, a number above 0 if a classifier fitted to the `training` rows finds the better version.

    Without training rows every number is 0.
    """
    import numpy
    from scipy.sparse import vstack
    from sklearn.linear_model import LogisticRegression

    if not training.shape[0]:
        return [0.0] * rows.shape[0]
    # A pair the other way round is an example of the other class.
    labels: Any = numpy.repeat([1, 0], training.shape[0])
    model = LogisticRegression(fit_intercept=False, max_iter=MAX_ITERATIONS)
    model.fit(vstack([training, -training]), labels)
    return [float(margin) for margin in model.decision_function(rows)]


def mark_solved_by_ngrams(preferences: Sequence[Preference]) -> list[Preference]:
    """The preferences, with `ngrams_solve` set for those that a classifier fitted to other repositories solves.

    With fewer than `FOLDS` repositories it is fitted to other functions instead.
    """
    if not preferences:
        return []
    import numpy

    repositories = {preference.repository for preference in preferences}
    few = len(repositories) < FOLDS
    groups = [f"{p.repository}:{p.file}:{p.qualname}" if few else p.repository for p in preferences]
    fold_of = {group: number % FOLDS for number, group in enumerate(sorted(set(groups)))}
    folds: Any = numpy.array([fold_of[group] for group in groups])
    differences = difference_matrix(preferences)
    solved = [False] * len(preferences)
    for fold in sorted(set(fold_of.values())):
        held_out = numpy.flatnonzero(folds == fold)
        for index, margin in zip(held_out, margins(differences[folds != fold], differences[held_out]), strict=True):
            solved[index] = margin > 0
    return [replace(p, ngrams_solve=solution) for p, solution in zip(preferences, solved, strict=True)]


def _ngrams(source: str) -> Iterable[tuple[str, ...]]:
    """The n-grams of 1 to `MAX_ORDER` tokens."""
    padded = ("<begin>", *code_tokens(source), "<end>")
    for size in range(1, MAX_ORDER + 1):
        for start in range(len(padded) - size + 1):
            yield padded[start : start + size]
