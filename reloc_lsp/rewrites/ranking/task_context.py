"""What all rewrites of a unit have in common: the tokens of its file, its failing tests' errors and literals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from reloc_lsp.rewrites.ranking.edit_tokens import Bigram, Trigram, tokens, trigrams

HALF_SHARE_TOKENS = 400
"""File length in tokens at which learned weights and the built-in prior weigh equally. Chosen by hand."""
ERROR_CLASSES = {
    "AssertionError": "assertion", "Failed": "assertion", "TypeError": "type", "AttributeError": "attribute",
    "IndexError": "lookup", "KeyError": "lookup", "StopIteration": "lookup", "NameError": "name",
    "UnboundLocalError": "name", "ValueError": "value", "ZeroDivisionError": "value", "RecursionError": "endless",
}  # fmt: skip
"""Classes of exceptions, as the features name them; all others are `other`."""


@dataclass(frozen=True)
class TaskContext:
    """The text of the unit's file, and what its failing tests are like.

    `errors` are the names of the exceptions that failing tests end with. `test_literals` are the values that the tests'
    source contains, as `repr` writes them.
    """

    text: str
    errors: Sequence[str] = ()
    test_literals: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def token_counts(self) -> Counter[str]:
        """How often each token occurs in the file."""
        return Counter(tokens(self.text))

    @cached_property
    def bigram_counts(self) -> Counter[Bigram]:
        """How often each pair of adjacent tokens occurs in the file."""
        return Counter(pairwise(tokens(self.text)))

    @cached_property
    def trigram_counts(self) -> Counter[Trigram]:
        """How often each sequence of three tokens occurs in the file."""
        return Counter(trigrams(tokens(self.text)))

    @cached_property
    def share(self) -> float:
        """The share of learned weights in a score, from 0 to 1: low for a file of one function, high for a module."""
        total = self.token_counts.total()
        return total / (total + HALF_SHARE_TOKENS)

    @cached_property
    def error_classes(self) -> frozenset[str]:
        """The classes of the errors."""
        return frozenset(ERROR_CLASSES.get(name.rpartition(".")[2], "other") for name in self.errors)
