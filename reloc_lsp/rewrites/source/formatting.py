"""The layout of code: line breaks, comments and spaces around tokens that a rewrite does not change stay.

Tokens come from Python's `tokenize`, with the exact gaps between them; `ranking.edit_tokens` reads fragments instead.
"""

from __future__ import annotations

import ast
import difflib
import re
import tokenize
from collections.abc import Sequence

from reloc_lsp.program.source_text import LineIndex
from reloc_lsp.program.text_edit import Edit
from reloc_lsp.program.unit import PARSING_ERRORS

GapToken = tuple[str, str]
"""The gap before a token (spaces, line breaks, comments), and the token."""
_COMMENT = re.compile(r"(?<!\S)#[^\r\n]*")


def with_layout_of(old: str, new: str) -> str:
    """The expression `new` with the layout of `old` where both have the same tokens; comments of `old` are kept.

    It is `new` itself if the layout would change its meaning.
    """
    if "\n" not in old or old in new:
        return new
    before, after = _gap_tokens(old), _gap_tokens(new)
    if not before or not after:
        return new
    laid_out = _merged(before, after)
    # An expression over several lines that needs its surrounding brackets may still need them.
    opening, closing = ("", "") if _tree(old) else ("(", ")")
    expected = _tree(f"({new})")
    return laid_out if expected and _tree(opening + laid_out + closing) == expected else new


def drops_comment(text: str, edits: Sequence[Edit]) -> bool:
    """Whether a comment in the text that the edits replace is missing from their new text."""
    new = "\n".join(edit.text for edit in edits)
    return any(comment not in new for edit in edits for comment in _COMMENT.findall(text[edit.start : edit.end]))


def _merged(before: Sequence[GapToken], after: Sequence[GapToken]) -> str:
    """The tokens of `after`, with the gaps of `before` between tokens that stay and around replaced ones."""
    matcher = difflib.SequenceMatcher(
        None, [token for _, token in before], [token for _, token in after], autojunk=False
    )
    gaps = [gap for gap, _ in after]
    comments, uneven = "", False
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        old = [gap for gap, _ in before[i1:i2]]
        if tag == "equal":
            if uneven and "\n" not in old[0]:
                old[0] = gaps[j1]
            gaps[j1:j2] = [comments + old[0], *old[1:]]
            comments = ""
        elif tag == "replace":
            gaps[j1], *old = old
        if tag != "equal":
            comments += "".join(gap for gap in old if "#" in gap)
            uneven = i2 - i1 != j2 - j1
    return "".join(gap + token for gap, (_, token) in zip(gaps, after, strict=True))


def _gap_tokens(text: str) -> list[GapToken]:
    """The tokens of an expression with their gaps; none if Python cannot tokenize it."""
    tokens: list[GapToken] = []
    index, end = LineIndex(f"({text})"), 1
    try:
        for token in tokenize.generate_tokens(iter([*index.lines, ""]).__next__):
            if token.type in (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER):
                continue
            first, last = (index.starts[row - 1] + column for row, column in (token.start, token.end))
            tokens.append((index.text[end:first], index.text[first:last]))
            end = last
    except (tokenize.TokenError, SyntaxError):
        return []
    return tokens[1:-1]


def _tree(text: str) -> str | None:
    try:
        return ast.dump(ast.parse(text, mode="eval"))
    except PARSING_ERRORS:
        return None
