"""Classifies the edit between two versions, by their tokens."""

from __future__ import annotations

import difflib
import keyword

from reloc_lsp.program.differences.distance import code_tokens

BLOCK_TOKENS = {"<indent>", "<dedent>"}


def kind_of_edit(before: str, after: str) -> str:
    """`name`, `constant`, `operator`, `expression`, `insertion`, `deletion`, `several places`, or `layout` (no change).

    The first three replace one token by one token; `expression` replaces several tokens, or one by another kind.
    """
    old, new = code_tokens(before), code_tokens(after)
    changes = [op for op in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if op[0] != "equal"]
    if len(changes) != 1:
        return "several places" if changes else "layout"
    _, i1, i2, j1, j2 = changes[0]
    if i1 == i2:
        return "insertion"
    if j1 == j2:
        return "deletion"
    if i2 - i1 == j2 - j1 == 1:
        return _kind_of_token(old[i1], new[j1])
    return "expression"


def _kind_of_token(before: str, after: str) -> str:
    kinds = {_kind(before), _kind(after)}
    return kinds.pop() if len(kinds) == 1 else "expression"


def _kind(token: str) -> str:
    if token in ("True", "False", "None") or token[0].isdigit() or token[-1] in "'\"":
        return "constant"
    return "name" if token.isidentifier() and not keyword.iskeyword(token) and token not in BLOCK_TOKENS else "operator"
