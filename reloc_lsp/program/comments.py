"""The comments of a unit."""

from __future__ import annotations

import tokenize
from collections import Counter

from reloc_lsp.program.source_text import LineIndex


def comments(source: str) -> Counter[str]:
    """Every comment of the source, with how often it stands there."""
    found: Counter[str] = Counter()
    try:
        for token in tokenize.generate_tokens(iter([*LineIndex(source).lines, ""]).__next__):
            if token.type == tokenize.COMMENT:
                found[token.string.rstrip()] += 1
    except (tokenize.TokenError, SyntaxError):
        pass  # Only the end of a unit that is indented is missed.
    return found
