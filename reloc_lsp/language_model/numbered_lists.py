"""Numbered lists in a model's prose."""

from __future__ import annotations

import re

_ITEM = re.compile(
    r"^[ \t]*(?:[*_]{0,2}(?:direction|observation|step)?[ \t]*#?\d+[*_]{0,2}[.):][*_]{0,2}|[-*•])[ \t]+", re.I
)


def listed(text: str, count: int) -> tuple[str, list[str]]:
    """What stands before the first list, and its first `count` items; a text without one is all before."""
    before: list[str] = []
    items: list[list[str]] = []
    for line in text.strip().splitlines():
        match = _ITEM.match(line)
        if match:
            items.append([line[match.end() :].strip()])
        elif items and line.strip():
            items[-1].append(line.strip())
        elif not items:
            before.append(line.strip())
    return " ".join(before).strip(), [" ".join(item) for item in items][:count]
