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
        from_end = (head + len(lines) - tail) % 3 == 2  # one from the end for two from the beginning
        left -= tokens_of(lines[tail - 1] if from_end else lines[head])
        if left < 0:
            break
        head, tail = (head, tail - 1) if from_end else (head + 1, tail)
    return "".join([*lines[:head], f"# ... {tail - head} lines left out ...\n", *lines[tail:]])
