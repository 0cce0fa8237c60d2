"""How often a reward model prefers the better version, beside judges that need no model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reloc_lsp.program.distance import revision_distance
from reloc_lsp.reward.prompt_format import as_text
from reloc_lsp.reward.training.ngrams import LinearScorer, Naturalness, difference_of
from reloc_lsp.reward.training.preference import Preference

COIN = 0.5


@dataclass(frozen=True)
class Accuracy:
    """The share of `pairs` that each judge gets right, one it cannot tell apart being half right.

    `model` is `None` where none was asked. `smaller_edit` prefers what is nearer to where a search begins, and says
    nothing of a pair one of which is that; `natural` prefers what is usual after the two tokens before, and `ngrams` is
    a linear scorer; both learned from the train split.
    """

    group: str
    pairs: int
    model: float | None
    coin: float
    smaller_edit: float
    natural: float
    ngrams: float


def evaluated(
    preferences: Sequence[Preference], score: Callable[[Sequence[str]], Sequence[float]] | None, seed: int = 0
) -> list[Accuracy]:
    """Accuracy on the test split: over all, by source, by gap, by kind of edit, and where n-grams fail."""
    test = [preference for preference in preferences if preference.split == "test"]
    judges = {
        "smaller_edit": _smaller_edits(test),
        "natural": _natural(preferences, test),
        "ngrams": _ngrams(preferences, test, seed),
    }
    if score:
        judges["model"] = _asked(test, score)
    groups: dict[str, list[int]] = defaultdict(list)
    for place, preference in enumerate(test):
        for group in _groups(preference):
            groups[group].append(place)
    order = sorted(groups, key=lambda group: (group != "all", group))
    return [_accuracy(group, groups[group], judges) for group in order]


def _groups(preference: Preference) -> list[str]:
    # Beyond a few revisions the pairs are few.
    gap = str(preference.gap) if preference.gap < 4 else "4 and more"
    found = ["all", f"source: {preference.source}", f"gap: {gap}", f"kind: {preference.kind}"]
    return found if preference.ngrams_solve else [*found, "n-grams fail"]


def _accuracy(group: str, places: Sequence[int], judges: dict[str, list[float]]) -> Accuracy:
    shares = {name: sum(right[place] for place in places) / len(places) for name, right in judges.items()}
    return Accuracy(
        group, len(places), shares.get("model"), COIN, shares["smaller_edit"], shares["natural"], shares["ngrams"]
    )


def _right(better: float, worse: float) -> float:
    return 1.0 if better > worse else 0.0 if better < worse else 0.5


def _smaller_edits(test: Sequence[Preference]) -> list[float]:
    found = []
    for p in test:
        begins = p.origin in (p.better, p.worse)
        edits = (0, 0) if begins else (revision_distance(p.origin, p.better), revision_distance(p.origin, p.worse))
        found.append(_right(-edits[0], -edits[1]))
    return found


def _natural(preferences: Sequence[Preference], test: Sequence[Preference]) -> list[float]:
    model = Naturalness(sorted({p.better for p in preferences if p.split == "train"}))
    return [_right(model.score(p.better), model.score(p.worse)) for p in test]


def _ngrams(preferences: Sequence[Preference], test: Sequence[Preference], seed: int) -> list[float]:
    scorer = LinearScorer()
    scorer.learn([difference_of(p.better, p.worse) for p in preferences if p.split == "train"], seed)
    return [_right(scorer.margin(difference_of(p.better, p.worse)), 0.0) for p in test]


def _asked(test: Sequence[Preference], score: Callable[[Sequence[str]], Sequence[float]]) -> list[float]:
    pairs = [tuple(as_text(p.file, p.qualname, source) for source in (p.better, p.worse)) for p in test]
    texts = sorted({text for pair in pairs for text in pair})
    scores = dict(zip(texts, score(texts), strict=True))
    return [_right(scores[better], scores[worse]) for better, worse in pairs]
