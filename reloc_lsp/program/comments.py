"""The comments of a unit."""

from __future__ import annotations

import tokenize
from collections import Counter

from reloc_lsp.program.source_text import LineIndex


def comment_counts(source: str) -> Counter[str]:
    """The comments of the source, each with the number of times it occurs."""
    found: Counter[str] = Counter()
    try:
        for token in tokenize.generate_tokens(iter([*LineIndex(source).lines, ""]).__next__):
            if token.type == tokenize.COMMENT:
                found[token.string.rstrip()] += 1
    except (tokenize.TokenError, SyntaxError):
        pass  # For an indented unit the tokenizer fails at the end, after the last comment.
    return found
