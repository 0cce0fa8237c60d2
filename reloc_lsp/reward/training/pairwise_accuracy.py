"""Pairwise accuracy: how often a reward model prefers the better version, compared with baselines without a model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reloc_lsp.program.differences.distance import revision_distance
from reloc_lsp.reward.prompt_format import prompt_text
from reloc_lsp.reward.training.naturalness import Naturalness
from reloc_lsp.reward.training.ngram_classifier import difference_matrix, margins
from reloc_lsp.reward.training.preference import Preference

COIN = 0.5
"""The accuracy of a random choice."""


@dataclass(frozen=True)
class Accuracy:
    """The share of a group's `pairs` that each scorer orders right; a tie counts half.

    `model` is `None` without a reward model. `smaller_edit` prefers the version closer to the one that the search
    starts with; where that is one of the two, it is a tie. `natural` prefers the more natural version (`Naturalness`),
    `ngrams` is the n-gram classifier; both are fitted to the train split.
    """

    group: str
    pairs: int
    model: float | None
    coin: float
    smaller_edit: float
    natural: float
    ngrams: float


def pairwise_accuracies(
    preferences: Sequence[Preference], score: Callable[[Sequence[str]], Sequence[float]] | None
) -> list[Accuracy]:
    """Accuracies on the test split: of all pairs, by source, gap and kind of edit, and where n-grams fail."""
    test = [preference for preference in preferences if preference.split == "test"]
    scorers = {
        "smaller_edit": _smaller_edits(test),
        "natural": _natural(preferences, test),
        "ngrams": _ngrams(preferences),
    }
    if score:
        scorers["model"] = _model(test, score)
    groups: dict[str, list[int]] = defaultdict(list)
    for index, preference in enumerate(test):
        for group in _groups(preference):
            groups[group].append(index)
    order = sorted(groups, key=lambda group: (group != "all", group))
    return [_accuracy(group, groups[group], scorers) for group in order]


def _groups(preference: Preference) -> list[str]:
    # There are few pairs with larger gaps.
    gap = str(preference.gap) if preference.gap < 4 else "4 and more"
    found = ["all", f"source: {preference.source}", f"gap: {gap}", f"kind: {preference.kind}"]
    return found if preference.ngrams_solve else [*found, "n-grams fail"]


def _accuracy(group: str, indices: Sequence[int], scorers: dict[str, list[float]]) -> Accuracy:
    shares = {name: sum(correct[index] for index in indices) / len(indices) for name, correct in scorers.items()}
    return Accuracy(
        group=group,
        pairs=len(indices),
        model=shares.get("model"),
        coin=COIN,
        smaller_edit=shares["smaller_edit"],
        natural=shares["natural"],
        ngrams=shares["ngrams"],
    )


def _correct(better: float, worse: float) -> float:
    """1 where the better version has the higher score, 0 where it has the lower one, 0.5 for a tie."""
    return 1.0 if better > worse else 0.0 if better < worse else 0.5


def _smaller_edits(test: Sequence[Preference]) -> list[float]:
    found = []
    for p in test:
        starts = p.origin in (p.better, p.worse)
        edits = (0, 0) if starts else (revision_distance(p.origin, p.better), revision_distance(p.origin, p.worse))
        found.append(_correct(-edits[0], -edits[1]))
    return found


def _natural(preferences: Sequence[Preference], test: Sequence[Preference]) -> list[float]:
    model = Naturalness(sorted({p.better for p in preferences if p.split == "train"}))
    return [_correct(model.score(p.better), model.score(p.worse)) for p in test]


def _ngrams(preferences: Sequence[Preference]) -> list[float]:
    differences = difference_matrix(preferences)
    train = [index for index, preference in enumerate(preferences) if preference.split == "train"]
    test = [index for index, preference in enumerate(preferences) if preference.split == "test"]
    return [_correct(margin, 0.0) for margin in margins(differences[train], differences[test])]


def _model(test: Sequence[Preference], score: Callable[[Sequence[str]], Sequence[float]]) -> list[float]:
    pairs = [tuple(prompt_text(p.file, p.qualname, source) for source in (p.better, p.worse)) for p in test]
    texts = sorted({text for pair in pairs for text in pair})
    scores = dict(zip(texts, score(texts), strict=True))
    return [_correct(scores[better], scores[worse]) for better, worse in pairs]
