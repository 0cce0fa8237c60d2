"""The words of code, and which of them come and go with an edit."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from reloc_lsp.program.edit import Edit

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
class Change:
    """The words that go and those that come in one place, with up to two before and two after, and the lines made."""

    before: Sequence[str]
    gone: Sequence[str]
    come: Sequence[str]
    after: Sequence[str]
    lines: Sequence[str]

    def kinds(self) -> tuple[str, str]:
        """What goes and what comes; names that are no common ones, numbers and strings by their kind alone."""
        return _kinds(self.gone), _kinds(self.come)

    def ends(self) -> tuple[str, str]:
        """The kinds of the word before and of the one after."""
        return _kinds(self.before[-1:]), _kinds(self.after[:1])

    @property
    def old(self) -> list[str]:
        """The words that go, with one on each side."""
        return [*self.before[-1:], *self.gone, *self.after[:1]]

    @property
    def new(self) -> list[str]:
        """The words that come, with one on each side."""
        return [*self.before[-1:], *self.come, *self.after[:1]]

    @property
    def wide_old(self) -> list[str]:
        """The words that go, with all around them."""
        return [*self.before, *self.gone, *self.after]

    @property
    def wide_new(self) -> list[str]:
        """The words that come, with all around them."""
        return [*self.before, *self.come, *self.after]

    @property
    def likeness(self) -> float:
        """Of one word for another, the share of letters in which they begin or end alike, from 0 to 1; else 0."""
        if len(self.gone) != 1 or len(self.come) != 1:
            return 0.0
        return _likeness(self.gone[0], self.come[0])


class Wording:
    """A unit's text by its words."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._before: dict[int, list[str]] = {}
        self._after: dict[int, list[str]] = {}

    def change(self, edits: Sequence[Edit]) -> Change:
        """What the largest of the edits changes."""
        edit = edits[0] if len(edits) == 1 else max(edits, key=lambda one: one.end - one.start + len(one.text))
        gone, come = words(self.text[edit.start : edit.end]), words(edit.text)
        first, last = _alike(gone, come)
        before = [*(self._words_before(edit.start) if first < 2 else ()), *gone[:first]][-2:]
        after = [*gone[len(gone) - last :], *(self._words_after(edit.end) if last < 2 else ())][:2]
        return Change(before, gone[first : len(gone) - last], come[first : len(come) - last], after, self._lines(edit))

    def _lines(self, edit: Edit) -> list[str]:
        """The lines that an edit makes, without their indentation."""
        if not edit.text:
            return []
        start, end = self.text.rfind("\n", 0, edit.start) + 1, self.text.find("\n", edit.end)
        made = self.text[start : edit.start] + edit.text + self.text[edit.end : end if end >= 0 else None]
        return [line for line in map(str.strip, made.split("\n")) if line]

    def _words_before(self, offset: int) -> list[str]:
        if offset not in self._before:
            self._before[offset] = words(self.text[max(0, offset - REACH) : offset])[-2:]
        return self._before[offset]

    def _words_after(self, offset: int) -> list[str]:
        if offset not in self._after:
            self._after[offset] = words(self.text[offset : offset + REACH])[:2]
        return self._after[offset]


def _alike(one: Sequence[str], other: Sequence[str]) -> tuple[int, int]:
    """How many at their beginnings and, of the rest, at their ends are the same."""
    most = min(len(one), len(other))
    first = next((n for n in range(most) if one[n] != other[n]), most)
    return first, next((n for n in range(most - first) if one[-1 - n] != other[-1 - n]), most - first)


def _kinds(said: Sequence[str]) -> str:
    return " ".join(map(kind, said[:MOST_SHOWN])) + (" ..." if len(said) > MOST_SHOWN else "")


@cache
def _likeness(one: str, other: str) -> float:
    return sum(_alike(one, other)) / max(len(one), len(other))


@cache
def kind(word: str) -> str:
    """A word as it is where it is a common one; else whether it is a name, a number or a string."""
    if word in _COMMON or not (word[0].isalnum() or word[0] in "_\"'"):
        return word
    if word[0].isdigit():
        return word if word in ("0", "1") else "9"
    if word[0] in "\"'":
        return "''" if len(word) == 2 else "'s'"
    return "name"
