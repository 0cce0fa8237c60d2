"""What a revision hides from its reader: characters that show nothing, blanks that push text away, look-alike names."""

from __future__ import annotations

import io
import tokenize
import unicodedata
from collections import Counter
from collections.abc import Iterator

from reloc_lsp.program.shown_text.visible_text import MAX_BLANK_LINES, is_hidden, long_blanks
from reloc_lsp.program.source_text import split_lines

MAX_NAMED = 5
"""Hidden texts that one sentence names; chosen by hand."""

BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""The characters with the property Bidi_Control of Unicode: they change the order in which text is shown."""
LINE_SEPARATORS = frozenset("\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
"""Characters besides LF that some programs take for the end of a line (those of `str.splitlines`)."""

Finding = tuple[str, int]
"""What is hidden, in words, and the line (from 1) of the text."""


def hidden_text(before: str, after: str, module: str, first_line: int) -> str:
    """One sentence that names what `after` hides and `before` did not; empty if there is nothing.

    Both are texts of a unit of the file `module`, and `first_line` is the number of their first line there.
    """
    new = [*_increase(before, after), *_unusual_names(after, module)]
    if not new:
        return ""
    new.sort(key=lambda finding: finding[1])
    named = [f"{what} in line {line + first_line - 1}" for what, line in new[:MAX_NAMED]]
    more = [f"and {len(new) - MAX_NAMED} more"] if len(new) > MAX_NAMED else []
    return f"The revision holds text that is hidden when it is shown: {', '.join([*named, *more])}."


def _increase(before: str, after: str) -> list[Finding]:
    """What is hidden in `after` more often than in `before`, each at the first line that `before` does not have."""
    old, new, known = list(_findings(before)), list(_findings(after)), set(split_lines(before))
    more = Counter(what for what, _ in new) - Counter(what for what, _ in old)
    lines = split_lines(after)
    first: dict[str, int] = {}
    for what, line in sorted(new, key=lambda finding: lines[finding[1] - 1] in known):
        first.setdefault(what, line)
    return [(what, first[what]) for what in more]


def _findings(text: str) -> Iterator[Finding]:
    empty = 0
    for number, line in enumerate(split_lines(text), 1):
        for position, character in enumerate(line):
            if is_hidden(line, position):
                yield _described(character), number
        if next(long_blanks(line), None):
            yield "text that stands beyond a long run of blanks", number
        if not line.strip():
            empty += 1
        else:
            if empty > MAX_BLANK_LINES:
                yield "text that stands beyond a long run of empty lines", number
            empty = 0


def _described(character: str) -> str:
    """For example `control character \\x1b` or `bidi control U+202E RIGHT-TO-LEFT OVERRIDE`."""
    name = unicodedata.name(character, "")
    code = f"U+{ord(character):04X} {name}" if name else character.encode("unicode_escape").decode("ascii")
    if character in BIDI_CONTROLS:
        return f"bidi control {code}"
    if character in LINE_SEPARATORS:
        return f"line separator {code}"
    if unicodedata.category(character) == "Cc":
        return f"control character {code}"
    return f"invisible character {code}"


def _unusual_names(text: str, module: str) -> list[Finding]:
    """Names with characters that look like others, in a file whose own names are all ASCII."""
    if any(not name.isascii() for name, _ in _names(module)):
        return []
    found: dict[str, int] = {}
    for name, line in _names(text):
        for character in name:
            if not character.isascii():
                code = f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()
                found.setdefault(f"a name with the look-alike character {code}", line)
    return list(found.items())


def _names(text: str) -> Iterator[Finding]:
    """Every name of a text with its line, up to the first place that is no Python."""
    if text.isascii():
        return
    # A method is indented, and on its own that is an error: it is read below an `if`.
    above = 1 if text[:1].isspace() else 0
    try:
        for token in tokenize.generate_tokens(io.StringIO("if 1:\n" * above + text).readline):
            if token.type == tokenize.NAME:
                yield token.string, token.start[0] - above
    except (tokenize.TokenError, SyntaxError):
        return
