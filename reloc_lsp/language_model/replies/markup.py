"""The parts of a reply that a model marks: its reasoning, and blocks of code. Every line is looked at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reloc_lsp.program.source_text import split_lines

_TAG = re.compile(r"<(/?)think(?:ing)?>", re.IGNORECASE)
_FENCE = re.compile(r"`{3,}|~{3,}")
_BLANKS = " \t\r\n"


def without_reasoning(text: str) -> str:
    """`text` without what is between the tags `<think>` and `</think>`; an open tag reaches to the end."""
    kept, begin, inside = [], 0, False
    for tag in _TAG.finditer(text):
        closes = bool(tag[1])
        if closes and inside:
            begin, inside = tag.end(), False
        elif not closes and not inside:
            kept.append(text[begin : tag.start()])
            inside = True
    return "".join(kept if inside else [*kept, text[begin:]])


def fenced_blocks(text: str) -> list[str]:
    """The contents of the blocks between lines of three or more backticks or tildes.

    A closing line has at least as many of them as the opening one. A block that is not closed reaches to the end.
    """
    return ["".join(block) for block in _blocks(text)]


def _blocks(text: str) -> Iterator[list[str]]:
    block: list[str] | None = None
    fence = ""
    for line in split_lines(text):
        stripped = line.strip(_BLANKS)
        if block is None:
            opening = _FENCE.match(stripped)
            # The last line of a reply that was cut off opens nothing.
            if opening and line.endswith("\n"):
                block, fence = [], opening[0]
        elif stripped.startswith(fence) and not stripped.strip("`~"):
            yield block
            block = None
        else:
            block.append(line)
    if block is not None:
        yield block
