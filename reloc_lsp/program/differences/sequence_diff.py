"""Differences of two sequences, found within a bound of work: some pairs of texts keep `difflib` busy for hours."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate

MAX_PAIRS = 5_000_000
"""Pairs of equal items that are looked at; what is left then counts as replaced. A pair takes 0.1 microseconds. Two
versions of a function of 500 lines have 3 million. Chosen by hand."""
LARGE = 500_000
"""Pairs of equal items above which the common beginning and end are left out first. Chosen by hand."""

Opcode = tuple[str, int, int, int, int]
"""As `difflib` gives it: `equal`, `replace`, `delete` or `insert`, and the start and end of both ranges."""


def opcodes(old: Sequence[str], new: Sequence[str]) -> list[Opcode]:
    """The steps that turn `old` into `new`, in order: what `difflib` finds, unless that is too much work."""
    matcher = _BoundedMatcher(old, new)
    if matcher.pairs <= LARGE:
        return list(matcher.get_opcodes())
    start = _common(zip(old, new, strict=False))
    end = _common(zip(reversed(old[start:]), reversed(new[start:]), strict=False))
    old_end, new_end = len(old) - end, len(new) - end
    middle = _BoundedMatcher(old[start:old_end], new[start:new_end]).get_opcodes()
    return [
        *([("equal", 0, start, 0, start)] if start else []),
        *((tag, i1 + start, i2 + start, j1 + start, j2 + start) for tag, i1, i2, j1, j2 in middle),
        *([("equal", old_end, len(old), new_end, len(new))] if end else []),
    ]


def _common(pairs: Iterator[tuple[str, str]]) -> int:
    """How many of the first pairs are of equal items."""
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


class _BoundedMatcher(difflib.SequenceMatcher[str]):
    """`pairs` is the number of pairs of equal items, and so the work of finding the longest match."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        super().__init__(None, old, new, autojunk=False)
        occurrences = Counter(new)
        # Up to each item of `old`.
        self._pairs = list(accumulate((occurrences[item] for item in old), initial=0))
        self._left = MAX_PAIRS

    @property
    def pairs(self) -> int:
        return self._pairs[-1]

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> difflib.Match:
        """The longest match in the ranges; none once the work is used up."""
        self._left -= self._pairs[len(self._pairs) - 1 if ahi is None else ahi] - self._pairs[alo]
        return difflib.Match(alo, blo, 0) if self._left < 0 else super().find_longest_match(alo, ahi, blo, bhi)
