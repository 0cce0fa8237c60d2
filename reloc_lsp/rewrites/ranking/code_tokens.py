"""The words of code, and which of them come and go with an edit."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from reloc_lsp.program.text_edit import Edit

Pair = tuple[str, str]
Triple = tuple[str, str, str]
MOST_SHOWN = 3
REACH = 60
_WORD = re.compile(r"""[^\W\d]\w*|\d[\w.]*|"[^"\n]*"|'[^'\n]*'|\*\*=?|//=?|<<=?|>>=?|[-+*/%&|^@=!<>:]=|->|[^\w\s]""")
_METHODS = frozenset(name for kind in (str, list, dict, set) for name in dir(kind) if not name.startswith("_"))
_COMMON = frozenset(keyword.kwlist) | frozenset(dir(builtins)) | _METHODS | {"self", "cls"}


def words(code: str) -> list[str]:
    """The words of a piece of code: names, numbers, strings of one line, operators; anything else by the character."""
    return _WORD.findall(code)


def triples(said: Sequence[str]) -> Iterator[Triple]:
    """Each three that follow each other."""
    return zip(said, said[1:], said[2:], strict=False)


@dataclass(frozen=True, slots=True)
class TokenChange:
    """The words that go and those that come in one place, with the word before and the one after, or ''."""

    before: str
    gone: Sequence[str]
    come: Sequence[str]
    after: str

    def kinds(self) -> tuple[str, str]:
        """What goes and what comes; names that are no common ones, numbers and strings by their kind alone."""
        return _kinds(self.gone), _kinds(self.come)

    @property
    def old(self) -> list[str]:
        """The words that go, with those around them."""
        return [word for word in (self.before, *self.gone, self.after) if word]

    @property
    def new(self) -> list[str]:
        """The words that come, with those around them."""
        return [word for word in (self.before, *self.come, self.after) if word]


class TokenizedText:
    """A unit's text by its words."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._before: dict[int, str] = {}
        self._after: dict[int, str] = {}

    def change(self, edits: Sequence[Edit]) -> TokenChange:
        """What the largest of the edits changes."""
        edit = edits[0] if len(edits) == 1 else max(edits, key=lambda one: one.end - one.start + len(one.text))
        gone, come = words(self.text[edit.start : edit.end]), words(edit.text)
        most = min(len(gone), len(come))
        first = next((n for n in range(most) if gone[n] != come[n]), most)
        last = next((n for n in range(most - first) if gone[-1 - n] != come[-1 - n]), most - first)
        before = gone[first - 1] if first else self._word_before(edit.start)
        after = gone[-last] if last else self._word_after(edit.end)
        return TokenChange(before, gone[first : len(gone) - last], come[first : len(come) - last], after)

    def _word_before(self, offset: int) -> str:
        if offset not in self._before:
            self._before[offset] = (words(self.text[max(0, offset - REACH) : offset]) or [""])[-1]
        return self._before[offset]

    def _word_after(self, offset: int) -> str:
        if offset not in self._after:
            self._after[offset] = (words(self.text[offset : offset + REACH]) or [""])[0]
        return self._after[offset]


def _kinds(said: Sequence[str]) -> str:
    return " ".join(map(_kind, said[:MOST_SHOWN])) + (" ..." if len(said) > MOST_SHOWN else "")


@cache
def _kind(word: str) -> str:
    if word in _COMMON or not (word[0].isalnum() or word[0] in "_\"'"):
        return word
    if word[0].isdigit():
        return word if word in ("0", "1") else "9"
    if word[0] in "\"'":
        return "''" if len(word) == 2 else "'s'"
    return "name"
