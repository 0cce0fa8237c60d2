"""Parses the numbered or bulleted list in a model's prose."""

from __future__ import annotations

import re

_ITEM_START = re.compile(
    r"^[ \t]*(?:[*_]{0,2}(?:direction|observation|step)?[ \t]*#?\d+[*_]{0,2}[.):][*_]{0,2}|[-*•])[ \t]+", re.I
)


def parse_list(text: str, count: int) -> tuple[str, list[str]]:
    """The text before the list, and the first `count` items. Without a list, all text counts as before it."""
    before: list[str] = []
    items: list[list[str]] = []
    for line in text.strip().splitlines():
        match = _ITEM_START.match(line)
        if match:
            items.append([line[match.end() :].strip()])
        elif items and line.strip():
            items[-1].append(line.strip())
        elif not items:
            before.append(line.strip())
    return " ".join(before).strip(), [" ".join(item) for item in items][:count]
