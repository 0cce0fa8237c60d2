"""Shortens a text to a number of tokens by leaving out lines in its middle."""

from __future__ import annotations

from reloc_lsp.search.token_estimate import estimate_tokens

MARK_TOKENS = 12
"""Tokens reserved for the line that replaces the lines left out; an upper bound of what that line takes."""


def shorten(text: str, token_limit: int) -> str:
    """`text` without some lines in its middle, so that it has about `token_limit` tokens.

    A comment in place of those lines gives their number. Two lines are kept at the beginning for each one at the end.
    """
    lines = text.splitlines(keepends=True)
    if estimate_tokens(text) <= token_limit or len(lines) < 3:
        return text
    head, tail, tokens_left = 0, len(lines), token_limit - MARK_TOKENS
    while head < tail:
        from_end = (head + len(lines) - tail) % 3 == 2
        tokens_left -= estimate_tokens(lines[tail - 1] if from_end else lines[head])
        if tokens_left < 0:
            break
        head, tail = (head, tail - 1) if from_end else (head + 1, tail)
    return "".join([*lines[:head], f"# ... {tail - head} lines left out ...\n", *lines[tail:]])
