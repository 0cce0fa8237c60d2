"""The tokens that an edit removes and inserts.

A regular expression finds them, because an edit's text is a fragment that Python's `tokenize` cannot read.
`source.formatting` uses `tokenize`: it needs the exact gaps between the tokens of a whole expression.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from reloc_lsp.program.text_edit import Edit

Bigram = tuple[str, str]
Trigram = tuple[str, str, str]
MAX_SHOWN = 3
"""Most tokens that a feature's name shows; the rest is `...`. Chosen by hand."""
REACH = 60
"""How many characters before or after an edit are searched for the adjacent token. Chosen by hand."""
_TOKEN = re.compile(r"""[^\W\d]\w*|\d[\w.]*|"[^"\n]*"|'[^'\n]*'|\*\*=?|//=?|<<=?|>>=?|[-+*/%&|^@=!<>:]=|->|[^\w\s]""")
_METHODS = frozenset(name for kind in (str, list, dict, set) for name in dir(kind) if not name.startswith("_"))
_COMMON = frozenset(keyword.kwlist) | frozenset(dir(builtins)) | _METHODS | {"self", "cls"}


def tokens(code: str) -> list[str]:
    """The tokens of a piece of code: names, numbers, strings of one line, operators; otherwise single characters."""
    return _TOKEN.findall(code)


def trigrams(sequence: Sequence[str]) -> Iterator[Trigram]:
    """Each three tokens in a row."""
    return zip(sequence, sequence[1:], sequence[2:], strict=False)


@dataclass(frozen=True, slots=True)
class TokenChange:
    """The tokens `removed` and `inserted` at one location, with the token before and the one after, or ''."""

    before: str
    removed: Sequence[str]
    inserted: Sequence[str]
    after: str

    def kinds(self) -> tuple[str, str]:
        """Removed and inserted tokens as features name them: uncommon names, numbers and strings by their kind."""
        return _kinds(self.removed), _kinds(self.inserted)

    @property
    def old(self) -> list[str]:
        """The removed tokens with their neighbours."""
        return [token for token in (self.before, *self.removed, self.after) if token]

    @property
    def new(self) -> list[str]:
        """The inserted tokens with their neighbours."""
        return [token for token in (self.before, *self.inserted, self.after) if token]


class TokenizedText:
    """A unit's text, of which edits are compared token by token."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._before: dict[int, str] = {}
        self._after: dict[int, str] = {}

    def change(self, edits: Sequence[Edit]) -> TokenChange:
        """What the largest of the edits changes, without the tokens that stay at its ends."""
        edit = edits[0] if len(edits) == 1 else max(edits, key=lambda one: one.end - one.start + len(one.text))
        removed, inserted = tokens(self.text[edit.start : edit.end]), tokens(edit.text)
        most = min(len(removed), len(inserted))
        first = next((n for n in range(most) if removed[n] != inserted[n]), most)
        last = next((n for n in range(most - first) if removed[-1 - n] != inserted[-1 - n]), most - first)
        before = removed[first - 1] if first else self._token_before(edit.start)
        after = removed[-last] if last else self._token_after(edit.end)
        return TokenChange(before, removed[first : len(removed) - last], inserted[first : len(inserted) - last], after)

    def _token_before(self, offset: int) -> str:
        if offset not in self._before:
            self._before[offset] = (tokens(self.text[max(0, offset - REACH) : offset]) or [""])[-1]
        return self._before[offset]

    def _token_after(self, offset: int) -> str:
        if offset not in self._after:
            self._after[offset] = (tokens(self.text[offset : offset + REACH]) or [""])[0]
        return self._after[offset]


def _kinds(sequence: Sequence[str]) -> str:
    return " ".join(map(_kind, sequence[:MAX_SHOWN])) + (" ..." if len(sequence) > MAX_SHOWN else "")


@cache
def _kind(token: str) -> str:
    if token in _COMMON or not (token[0].isalnum() or token[0] in "_\"'"):
        return token
    if token[0].isdigit():
        return token if token in ("0", "1") else "9"
    if token[0] in "\"'":
        return "''" if len(token) == 2 else "'s'"
    return "name"
