"""The words of the user's code in a prompt, which a failure may repeat, since the prompt says them anyway."""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_WORDS = 5
"""Words, or digits of unknown numbers, that the failures in one prompt may hold besides what is foreseen. Chosen by
hand: enough for the values in a few assertions, and too few to spell a password."""
MAX_NUMBER_DIGITS = 4
"""Digits of the longest unknown number that is shown. Chosen by hand."""
LETTER_PRICE = 2
"""What a word of one letter counts, because letters can spell everything. Chosen by hand."""
COMMON_WORDS = frozenset({
    "None", "True", "False", "int", "float", "complex", "str", "bytes", "bytearray", "list", "tuple", "dict", "set",
    "frozenset", "bool", "object", "type", "function", "method", "NoneType", "module", "property", "generator",
    "iterator", "coroutine", "range", "slice", "map", "filter", "zip", "inf", "nan",
})  # fmt: skip
"""Constants and types that stand alone in many messages. So used, they are not counted."""
ELISION = "…"
"""Stands for words that are not shown."""
WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r"([^\W_]+)")
_COMMON_GAPS = frozenset({
    ", ", ": ", "', '", "': ", "': '", ", '", "', ", "='", "()", ")'", "[]", "[[", "]]", "], [", "['", "']", "('", "')",
    "(('", "), (", "{}", "{'", "'}", "! ", "!'", ". ", ".'", "? ", "--", "__", "==", "-'", " '", "' ", "  ", "': [",
    "': {", "(-", "[-", ", -", "''",
})  # fmt: skip
"""What stands between words in many values. Of another text between two words only the first character is shown."""
_GAP = re.compile(r"[ -~]")


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """The words and numbers in `texts`; an underscore separates two words, as a space does."""
    return frozenset(word for text in texts for word in WORD.findall(text))


class WordBudget:
    """Shows texts of a candidate as far as they consist of `known` words, `left` of them in all."""

    def __init__(self, known: frozenset[str], left: int = MAX_WORDS) -> None:
        self.known = known
        self.left = left

    def shown(self, text: str) -> str:
        """`text` with a sign of elision for each word that is not known, or for which nothing is left."""
        if text.strip("'\"") in COMMON_WORDS:
            return text
        shown: list[str] = []
        for position, piece in enumerate(_PIECE.split(text)):
            is_word = position % 2 == 1
            if not is_word:
                shown.append(_shown_gap(piece))
            elif self._take(piece):
                shown.append(piece)
            elif shown[-2:-1] == [ELISION]:
                del shown[-1]  # between two words that are not shown there is nothing to show either
            else:
                shown.append(ELISION)
        return "".join(shown)

    def _take(self, word: str) -> bool:
        if word in self.known:
            price = 1 if len(word) > 1 or word.isdigit() else LETTER_PRICE
        elif word.isascii() and word.isdigit() and len(word) <= MAX_NUMBER_DIGITS:
            price = len(word)
        else:
            return False
        if price > self.left:
            self.left = 0
            return False
        self.left -= price
        return True


def _shown_gap(gap: str) -> str:
    return gap if gap in _COMMON_GAPS else "".join(_GAP.findall(gap[:1]))
