"""Naturalness: how usual code is, by an n-gram model of tokens (Hindle et al., "On the naturalness of software", 2012).

A baseline for reward models. It is written by hand because scikit-learn has no language model.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from reloc_lsp.program.differences.distance import code_tokens

ORDER = 3
"""Longest n-gram, in tokens; chosen by hand."""
INTERPOLATION = (0.6, 0.3, 0.1)
"""Weights of the probabilities given two previous tokens, one, and none; chosen by hand."""
Ngram = tuple[str, ...]


class Naturalness:
    """An interpolated trigram model of the tokens in `sources`."""

    def __init__(self, sources: Iterable[str]) -> None:
        self._counts: Counter[Ngram] = Counter()
        self._contexts: Counter[Ngram] = Counter()
        for source in sources:
            found = _ngrams(code_tokens(source))
            self._counts.update(found)
            for ngram, count in found.items():
                self._contexts[ngram[:-1]] += count
        self._vocabulary_size = 1 + sum(len(ngram) == 1 for ngram in self._counts)

    def score(self, source: str) -> float:
        """The mean log-probability of the tokens."""
        tokens = ["<begin>", *code_tokens(source), "<end>"]
        return sum(math.log(self._probability(tokens, at)) for at in range(1, len(tokens))) / (len(tokens) - 1)

    def _probability(self, tokens: Sequence[str], at: int) -> float:
        """The probability of the token at `at`; unigrams have add-one smoothing."""
        total = 0.0
        for weight, size in zip(INTERPOLATION, range(ORDER, 0, -1), strict=True):
            ngram = tuple(tokens[max(at - size + 1, 0) : at + 1])
            smoothing = 1 if size == 1 else 0
            contexts = self._contexts[ngram[:-1]] + smoothing * self._vocabulary_size
            total += weight * (self._counts[ngram] + smoothing) / (contexts or 1)
        return total


def _ngrams(tokens: Sequence[str]) -> Counter[Ngram]:
    """How often each n-gram of 1 to `ORDER` tokens occurs."""
    padded = ("<begin>", *tokens, "<end>")
    return Counter(padded[at : at + size] for size in range(1, ORDER + 1) for at in range(len(padded) - size + 1))
