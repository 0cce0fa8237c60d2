"""Parses the numbered or bulleted list in a model's prose."""

from __future__ import annotations

import re

from reloc_lsp.language_model.replies.markup import without_reasoning

MAX_PROSE_CHARACTERS = 20_000
"""Characters of a reply in prose that are read, without its reasoning. It is asked for some ten sentences. Chosen by
hand."""
MAX_ITEM_CHARACTERS = 2_000
"""Characters of one item, and of the text before the list: they go into further prompts. Chosen by hand."""
_ITEM_START = re.compile(
    r"(?:[*_]{0,2}(?:direction|observation|step)?[ \t]*#?\d+[*_]{0,2}[.):][*_]{0,2}|[-*•])[ \t]+", re.IGNORECASE
)


def parse_list(text: str, count: int) -> tuple[str, list[str]]:
    """The text before the list, and the first `count` items. Without a list, all text counts as before it."""
    before: list[str] = []
    items: list[list[str]] = []
    for line in map(str.strip, without_reasoning(text).strip()[:MAX_PROSE_CHARACTERS].splitlines()):
        # A line that ends after its number starts an item too.
        match = _ITEM_START.match(f"{line} ")
        if match:
            items.append([line[match.end() :].strip()])
        elif items and line:
            items[-1].append(line)
        elif not items:
            before.append(line)
    return _clipped(before), [_clipped(item) for item in items[:count]]


def _clipped(lines: list[str]) -> str:
    text = " ".join(lines).strip()
    return text if len(text) <= MAX_ITEM_CHARACTERS else text[:MAX_ITEM_CHARACTERS] + " ..."
