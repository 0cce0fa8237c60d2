"""Keeping the looks of code: line ends, comments and spaces around what a rewrite does not change."""

from __future__ import annotations

import ast
import difflib
import re
import tokenize
from collections.abc import Sequence

from reloc_lsp.program.source_text import LineIndex
from reloc_lsp.program.text_edit import Edit
from reloc_lsp.program.unit import PARSING_ERRORS

Word = tuple[str, str]
"""A token of Python, and before it the gap to the one that goes before."""
_COMMENT = re.compile(r"(?<!\S)#[^\r\n]*")


def with_layout_of(old: str, new: str) -> str:
    """The expression `new`, laid out as `old` is where both have the same tokens; comments of `old` stay in it.

    `new` itself where that would make it another program.
    """
    if "\n" not in old or old in new:
        return new
    before, after = _words(old), _words(new)
    if not before or not after:
        return new
    laid_out = _woven(before, after)
    # What only holds together inside of brackets may go on to do so.
    opening, closing = ("", "") if _tree(old) else ("(", ")")
    wanted = _tree(f"({new})")
    return laid_out if wanted and _tree(opening + laid_out + closing) == wanted else new


def drops_comment(text: str, edits: Sequence[Edit]) -> bool:
    """Whether a comment in what the edits replace is in nothing that they put there."""
    new = "\n".join(edit.text for edit in edits)
    return any(comment not in new for edit in edits for comment in _COMMENT.findall(text[edit.start : edit.end]))


def _woven(before: Sequence[Word], after: Sequence[Word]) -> str:
    """The words of `after`, with the gaps of `before` between words that stay and around one put for another."""
    matcher = difflib.SequenceMatcher(None, [word for _, word in before], [word for _, word in after], autojunk=False)
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
    return "".join(gap + word for gap, (_, word) in zip(gaps, after, strict=True))


def _words(text: str) -> list[Word]:
    """The words of an expression; none where Python cannot read it."""
    words: list[Word] = []
    index, end = LineIndex(f"({text})"), 1
    try:
        for token in tokenize.generate_tokens(iter([*index.lines, ""]).__next__):
            if token.type in (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER):
                continue
            first, last = (index.starts[row - 1] + column for row, column in (token.start, token.end))
            words.append((index.text[end:first], index.text[first:last]))
            end = last
    except (tokenize.TokenError, SyntaxError):
        return []
    return words[1:-1]


def _tree(text: str) -> str | None:
    try:
        return ast.dump(ast.parse(text, mode="eval"))
    except PARSING_ERRORS:
        return None
