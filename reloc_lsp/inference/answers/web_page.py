"""The text of a web page that a server sent in place of an answer. Every character is looked at once."""

from __future__ import annotations

import re

_TAG = re.compile(r"<(/?)([a-z!][^\s<>/]*)[^<>]*>?", re.IGNORECASE)
_UNSHOWN = ("script", "style")


def text_of(page: str) -> str:
    """The text of a page without its tags, its scripts and its styles."""
    kept, begin, unshown = [], 0, ""
    for tag in _TAG.finditer(page):
        closes, name = bool(tag[1]), tag[2].lower()
        if not unshown:
            kept.append(page[begin : tag.start()])
            begin = tag.end()
            unshown = name if name in _UNSHOWN and not closes else ""
        elif closes and name == unshown:
            begin, unshown = tag.end(), ""
    return " ".join(kept if unshown else [*kept, page[begin:]])


def title_of(page: str) -> str:
    """What is between the tags `<title>`; empty if there is nothing."""
    lower = page.lower()
    tag = lower.find("<title")
    begin = lower.find(">", tag) + 1 if tag >= 0 else 0
    end = lower.find("</title", begin) if begin else -1
    return page[begin:end].strip() if end >= 0 else ""
