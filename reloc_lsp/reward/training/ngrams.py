"""Two cheap judges of code made of n-grams of tokens: what they know needs no model of ours.

`LinearScorer` learns which n-grams the better version of a pair has more of. What it solves on functions it never saw
is mostly the mark that rewriting leaves, not nearness. `Naturalness` knows how code usually goes on (Hindle et al.,
"On the naturalness of software", 2012).
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from reloc_lsp.program.distance import code_tokens
from reloc_lsp.reward.training.preference import Preference

ORDER = 3
FOLDS = 5
EPOCHS = 4
RATE = 0.1
WEIGHTS = (0.6, 0.3, 0.1)
"""Of what followed two tokens, one token, and none."""
Gram = tuple[str, ...]


def grams(words: Sequence[str], order: int = ORDER) -> Counter[Gram]:
    """How often each n-gram of 1 to `order` tokens occurs."""
    padded = ("<begin>", *words, "<end>")
    return Counter(padded[at : at + size] for size in range(1, order + 1) for at in range(len(padded) - size + 1))


class LinearScorer:
    """Logistic regression on the n-grams in which two versions differ."""

    def __init__(self) -> None:
        self._weights: dict[Gram, float] = defaultdict(float)

    def learn(self, differences: Sequence[dict[Gram, int]], seed: int = 0) -> None:
        """Learn from `differences`, each that of a better to a worse version."""
        order = list(differences)
        dice = random.Random(seed)
        for epoch in range(EPOCHS):
            dice.shuffle(order)
            for difference in order:
                slope = 1 / (1 + math.exp(min(self.margin(difference), 500.0)))
                step = RATE / (1 + epoch) * slope / math.sqrt(max(len(difference), 1))
                for gram, count in difference.items():
                    self._weights[gram] += step * count

    def margin(self, difference: dict[Gram, int]) -> float:
        """Above 0 where the first of the two that differ so is held to be the better one."""
        return sum(self._weights.get(gram, 0.0) * count for gram, count in difference.items())


def difference_of(better: str, worse: str) -> dict[Gram, int]:
    """The n-grams that the one has more of (above 0) or the other (below)."""
    count = grams(code_tokens(better))
    count.subtract(grams(code_tokens(worse)))
    return {gram: number for gram, number in count.items() if number}


def marked(preferences: Sequence[Preference], seed: int) -> list[Preference]:
    """The preferences, those marked which a linear scorer solves that learned from other repositories' only.

    Where there are few repositories it learns from other functions.
    """
    repositories = {preference.repository for preference in preferences}
    few = len(repositories) < FOLDS
    groups = [f"{p.repository}:{p.file}:{p.qualname}" if few else p.repository for p in preferences]
    fold = {group: place % FOLDS for place, group in enumerate(sorted(set(groups)))}
    differences = [difference_of(preference.better, preference.worse) for preference in preferences]
    solved = [False] * len(preferences)
    for held_out in range(FOLDS):
        scorer = LinearScorer()
        scorer.learn([d for d, group in zip(differences, groups, strict=True) if fold[group] != held_out], seed)
        for place, (difference, group) in enumerate(zip(differences, groups, strict=True)):
            if fold[group] == held_out:
                solved[place] = scorer.margin(difference) > 0
    return [replace(p, ngrams_solve=solution) for p, solution in zip(preferences, solved, strict=True)]


class Naturalness:
    """How usual code is, by the tokens that followed the two before them in other code."""

    def __init__(self, sources: Iterable[str]) -> None:
        self._counts: Counter[Gram] = Counter()
        self._before: Counter[Gram] = Counter()
        for source in sources:
            found = grams(code_tokens(source))
            self._counts.update(found)
            for gram, number in found.items():
                self._before[gram[:-1]] += number
        self._kinds = 1 + sum(len(gram) == 1 for gram in self._counts)

    def score(self, source: str) -> float:
        """The mean logarithm of each token's probability."""
        words = ["<begin>", *code_tokens(source), "<end>"]
        return sum(math.log(self._probability(words, at)) for at in range(1, len(words))) / (len(words) - 1)

    def _probability(self, words: Sequence[str], at: int) -> float:
        total = 0.0
        for weight, size in zip(WEIGHTS, range(ORDER, 0, -1), strict=True):
            gram = tuple(words[max(at - size + 1, 0) : at + 1])
            rare = 1 if size == 1 else 0
            total += weight * (self._counts[gram] + rare) / (self._before[gram[:-1]] + rare * self._kinds or 1)
        return total
