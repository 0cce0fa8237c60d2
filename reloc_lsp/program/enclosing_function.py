"""The function that encloses a line, found by parsing only the lines near it.

An editor waits for this after every edit, and a long file takes too long to parse as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reloc_lsp.program.source_text import LineIndex
from reloc_lsp.program.unit import PARSING_ERRORS, Module

_HEAD = re.compile(r"([ \t\f]*)(@|(?:async[ \t]+)?def\b|class\b)")
"""The first line of a definition; no other definition can begin before it in its line."""


def enclosing_function(index: LineIndex, line: int) -> int | None:
    """The line of the `def` of the innermost function that encloses `line` (both from 1), or `None`.

    A definition inside a string may be mistaken for a real one. Raises one of `PARSING_ERRORS` where the lines near by
    do not parse, for example around a string whose lines begin further left than the code around it.
    """
    failure: Exception | None = None
    deepest: float = float("inf")
    for first in range(line, 0, -1):
        head = _head(index.lines[first - 1])
        if head is None or head[1] == "class" or head[0] >= deepest:
            continue
        deepest = head[0]
        last = _last_line(index.lines, first, deepest)
        try:
            found = _in_block("".join(index.lines[first - 1 : last]), line - first + 1)
        except PARSING_ERRORS as error:
            failure = error
        else:
            if found is not None:
                return first - 1 + found
            if line <= last:
                failure = None  # this text parses, and it includes the deeper definition that did not
        if not deepest:
            break
    if failure is not None:
        raise failure
    return None


def _head(line: str) -> tuple[int, str] | None:
    """The indentation, in columns, and the first word of a line that begins a definition; `None` for other lines."""
    head = _HEAD.match(line)
    return (len(head[1].expandtabs()), head[2]) if head else None


def _last_line(lines: Sequence[str], first: int, depth: float) -> int:
    """The last line before the next definition that is not inside the one that begins on line `first`."""
    decorating = lines[first - 1].lstrip().startswith("@")
    for number in range(first + 1, len(lines) + 1):
        head = _head(lines[number - 1])
        if head is not None and head[0] <= depth:
            if not decorating:
                return number - 1
            decorating = head[1] == "@"
    return len(lines)


def _in_block(text: str, line: int) -> int | None:
    """The line of the innermost function that encloses `line` of a text, which may be indented."""
    above = "if 1:\n" if text[:1].isspace() else ""
    unit = Module(above + text).at_line(line + bool(above))
    return unit.line - bool(above) if unit and not unit.is_class else None
