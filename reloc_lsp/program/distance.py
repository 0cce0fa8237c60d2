"""Revision distance: how much of the original a revision changed, in tokens or, for thousands, in characters."""

from __future__ import annotations

import difflib
import io
import tokenize
from collections.abc import Callable

_LAYOUT = {tokenize.NL, tokenize.COMMENT, tokenize.ENCODING, tokenize.ENDMARKER, tokenize.NEWLINE}


def tokens(source: str) -> list[str]:
    """The tokens that carry meaning, blocks included, layout and comments left out."""
    found: list[str] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.INDENT:
                found.append("<indent>")
            elif token.type == tokenize.DEDENT:
                found.append("<dedent>")
            elif token.type not in _LAYOUT:
                found.append(token.string)
    except (tokenize.TokenError, IndentationError):
        pass
    return found


def revision_distance(before: str, after: str) -> int:
    """Tokens taken out plus tokens put in, between two versions of a unit."""
    old, new = tokens(before), tokens(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal")


def changed_span(before: str, after: str) -> int:
    """Characters from the first difference to the last one, in the longer of the two texts.

    A cheap stand-in for the distance in tokens: it takes microseconds however long the texts are.
    """
    start = _alike(len(min(before, after, key=len)), lambda n: before[:n] == after[:n])
    rest = min(len(before), len(after)) - start
    end = _alike(rest, lambda n: before[len(before) - n :] == after[len(after) - n :])
    return max(len(before), len(after)) - start - end


def _alike(most: int, equal: Callable[[int], bool]) -> int:
    """The largest length up to `most` for which the texts are equal."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if equal(middle) else (low, middle - 1)
    return low
