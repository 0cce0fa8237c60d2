"""Revision distance: how much of the original a revision changed, in tokens."""

from __future__ import annotations

import difflib
import io
import tokenize

_LAYOUT = {tokenize.NL, tokenize.COMMENT, tokenize.ENCODING, tokenize.ENDMARKER, tokenize.NEWLINE}


def tokens(source: str) -> list[str]:
    """The tokens that carry meaning, blocks included, layout and comments left out."""
    found: list[str] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.INDENT:
                found.append("<indent>")
            elif token.type == tokenize.DEDENT:
                found.append("<dedent>")
            elif token.type not in _LAYOUT:
                found.append(token.string)
    except (tokenize.TokenError, IndentationError):
        pass
    return found


def revision_distance(before: str, after: str) -> int:
    """Tokens taken out plus tokens put in, between two versions of a unit."""
    old, new = tokens(before), tokens(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal")
