"""Replies that consist of search-and-replace blocks: for long functions they take a tenth of the tokens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reloc_lsp.language_model.replies.reindent import indentation_of
from reloc_lsp.program.source_text import split_lines

_SEARCH, _REPLACE, _END = re.compile(r"<{5,}"), re.compile(r"={5,}[ \t]*$"), re.compile(r">{5,}")


@dataclass(frozen=True, slots=True)
class Replacement:
    """The lines `search` are replaced by the lines `text`."""

    search: str
    text: str


def replacements(reply: str) -> list[Replacement]:
    """The search-and-replace blocks of a reply, whose lines end in line feeds. Every line is looked at once."""
    found: list[Replacement] = []
    search: list[str] = []
    text: list[str] = []
    expected = _SEARCH
    for line in split_lines(reply):
        if expected.match(line):
            if expected is _END:
                found.append(Replacement("".join(search), "".join(text)))
                search, text = [], []
            expected = {_SEARCH: _REPLACE, _REPLACE: _END, _END: _SEARCH}[expected]
        elif expected is not _SEARCH:
            (search if expected is _REPLACE else text).append(line)
    return found


def apply_replacements(blocks: Sequence[Replacement], source: str, max_characters: int) -> str | None:
    """`source` after all replacements, one after the other; `None` if one of them does not apply.

    The text to search may be indented differently from the source. Once the source has more than `max_characters`, it
    is returned as it is then.
    """
    for block in blocks:
        changed = _apply(source, block)
        if changed is None or len(changed) > max_characters:
            return changed
        source = changed
    return source


def _apply(source: str, block: Replacement) -> str | None:
    """`source` with one replacement; `None` unless the lines to search occur in it exactly once."""
    if block.search.strip() and source.count(block.search) == 1:
        return source.replace(block.search, block.text)
    lines = source.splitlines(keepends=True)
    wanted = [line for line in block.search.splitlines() if line.strip()]
    first = _only_position([line.strip() for line in lines], [line.strip() for line in wanted])
    if first is None:
        return None
    old, new = indentation_of(wanted[0]), indentation_of(lines[first])
    moved = [new + line[len(old) :] if line.startswith(old) else line for line in block.text.splitlines(keepends=True)]
    return "".join([*lines[:first], *moved, *lines[first + len(wanted) :]])


def _only_position(lines: Sequence[str], wanted: Sequence[str]) -> int | None:
    """Where the lines `wanted` begin in `lines`; `None` unless there is exactly one such place.

    Both are searched as texts, which takes linear time.
    """
    text, searched = "".join(f"\n{line}" for line in lines) + "\n", "".join(f"\n{line}" for line in wanted) + "\n"
    offset = text.find(searched)
    if not wanted or offset < 0 or text.find(searched, offset + 1) >= 0:
        return None
    return text.count("\n", 0, offset)
