"""Text as it is shown to a person: what would be hidden, or would change what is shown around it, is spelled out.

It is used where text leaves for a terminal, an editor, a log or a page. Data, such as files and JSON, stays as it is.
"""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Iterator

MAX_BLANKS = 40
"""Columns of blanks before text that are shown as they are. Longer runs can push text beyond the edge of a window, so
they are shown as their length. Chosen by hand: ten levels of indentation."""
MAX_BLANK_LINES = 20
"""Empty lines of a diff that are shown as they are; a longer run is shown as its length. Chosen by hand: fewer than a
window has."""
TAB_COLUMNS = 8
"""Columns of a tab, as terminals show it."""

INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufffc\U0001d159\U000e0000-\U000e0fff]"
)
"""Characters that `str.isprintable` calls printable and that show nothing: fillers, variation selectors, blanks.

Source: the property Default_Ignorable_Code_Point of Unicode, U+2800 (a blank pattern), U+FFFC (a placeholder) and
U+1D159 (a blank note).
"""
_PLAIN = re.compile(r"[\n\t -~]*")
_BLANKS = re.compile(r"[ \t]{6,}")
"""Runs that may be too long: six tabs are more than `MAX_BLANKS` columns."""


def visible(text: str) -> str:
    """`text` with everything hidden spelled out: ESC as `\\x1b`, U+202E as `\\u202e`, 180 blanks as `<180 blanks>`.

    Line ends (LF and CRLF) and tabs stay.
    """
    return "".join(part for part, _ in visible_parts(text))


def visible_line(text: str) -> str:
    """`text` as one line: its line ends are spelled out too."""
    return visible(text).replace("\r", "\\r").replace("\n", "\\n")


def visible_diff(diff: str) -> str:
    """A unified diff with everything hidden spelled out, and long runs of empty lines as their number."""
    return "\n".join(visible(line) for line in diff_lines(diff))


def diff_lines(diff: str) -> list[str]:
    """The lines of a unified diff without their ends (LF or CRLF); a long run of empty lines is one line."""
    lines: list[str] = []
    split = [line.removesuffix("\r") for line in diff.split("\n")]
    for (sign, blank), run in itertools.groupby(split, _kind_of_line):
        same = list(run)
        lines += [f"{sign}<{len(same)} empty lines>"] if blank and sign and len(same) > MAX_BLANK_LINES else same
    return lines


def visible_parts(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of the visible text in their order; `True` with those that stand for something hidden."""
    position = 0
    for start, end, shown in _hidden_parts(text):
        if position < start:
            yield text[position:start], False
        yield shown, True
        position = end
    if position < len(text):
        yield text[position:], False


def is_hidden(text: str, position: int) -> bool:
    """Whether the character at `position` shows nothing, or changes what is shown around it."""
    character = text[position]
    if character in "\n\t" or text[position : position + 2] == "\r\n":
        return False
    return not character.isprintable() or INVISIBLE.match(character) is not None


def long_blanks(text: str) -> Iterator[tuple[int, int, int]]:
    """The start, end and columns of every run of blanks that is too long and has text after it."""
    for run in _BLANKS.finditer(text):
        columns = len(run.group().expandtabs(TAB_COLUMNS))
        if columns > MAX_BLANKS and text[run.end() : run.end() + 1] not in ("", "\n", "\r"):
            yield run.start(), run.end(), columns


class VisibleFormatter(logging.Formatter):
    """Formats the records of a log as visible text."""

    def format(self, record: logging.LogRecord) -> str:
        """The record, with its traceback if it has one; further lines are indented, so none looks like one."""
        return visible(super().format(record)).replace("\n", "\n  ")


def _hidden_parts(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and spelling of every hidden part, in their order."""
    found = [(start, end, f"<{columns} blanks>") for start, end, columns in long_blanks(text)]
    if not _PLAIN.fullmatch(text):
        characters = (position for position in range(len(text)) if is_hidden(text, position))
        found += [(position, position + 1, _escape(text[position])) for position in characters]
    return iter(sorted(found))


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _kind_of_line(line: str) -> tuple[str, bool]:
    """The sign of a diff's line, and whether nothing visible follows it."""
    return line[:1], not line[1:].strip()
