"""Replies that consist of search-and-replace blocks: for long functions they take a tenth of the tokens."""

from __future__ import annotations

import re

from reloc_lsp.language_model.reindent import indentation_of

_BLOCK = re.compile(
    r"^<{5,}[^\n]*\n(.*?)^={5,}[ \t]*\n(.*?)^>{5,}[^\n]*$",
    re.MULTILINE | re.DOTALL,
)


def apply_blocks(reply: str, source: str) -> str | None:
    """`source` after all replacements in `reply`.

    Returns an empty text if one of them does not apply, and `None` if `reply` has no blocks. The text to search may be
    indented differently from the source.
    """
    blocks = _BLOCK.findall(reply)
    if not blocks:
        return None
    for search, replacement in blocks:
        changed = _apply(source, search, replacement)
        if changed is None:
            return ""
        source = changed
    return source


def _apply(source: str, search: str, replacement: str) -> str | None:
    """`source` with `replacement` for the lines `search`; `None` unless they occur in it exactly once."""
    if search.strip() and source.count(search) == 1:
        return source.replace(search, replacement)
    lines = source.splitlines(keepends=True)
    wanted = [line for line in search.splitlines() if line.strip()]
    stripped, length = [line.strip() for line in wanted], len(wanted)
    found = [n for n in range(len(lines)) if [line.strip() for line in lines[n : n + length]] == stripped]
    if not wanted or len(found) != 1:
        return None
    first = found[0]
    old, new = indentation_of(wanted[0]), indentation_of(lines[first])
    moved = [new + line[len(old) :] if line.startswith(old) else line for line in replacement.splitlines(keepends=True)]
    return "".join([*lines[:first], *moved, *lines[first + length :]])
