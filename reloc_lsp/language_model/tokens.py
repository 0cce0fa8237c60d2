"""How long a text is for a model, before any server has counted it."""

from __future__ import annotations

CHARACTERS_PER_TOKEN = 3
"""Code has some three to four: rather too many tokens are expected than too few."""


def tokens_of(text: str) -> int:
    """About how many tokens a text has."""
    return len(text) // CHARACTERS_PER_TOKEN + 1


def cut(text: str, room: int) -> str:
    """The lines of `text` that fit into `room` tokens, those in the middle left out and named."""
    lines = text.splitlines(keepends=True)
    if tokens_of(text) <= room or len(lines) < 3:
        return text
    head, tail, left = 0, len(lines), room - 12
    while head < tail:
        # Two from the beginning for one from the end.
        line = lines[tail - 1] if (head + len(lines) - tail) % 3 == 2 else lines[head]
        left -= tokens_of(line)
        if left < 0:
            break
        head, tail = (head, tail - 1) if line is lines[tail - 1] and head != tail - 1 else (head + 1, tail)
    return "".join([*lines[:head], f"# ... {tail - head} lines left out ...\n", *lines[tail:]])
