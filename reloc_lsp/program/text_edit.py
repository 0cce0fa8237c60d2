"""Edits of a text: spans of code points replaced by other text."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from reloc_lsp.program.differences.sequence_diff import opcodes
from reloc_lsp.program.source_text import split_lines


@dataclass(frozen=True, order=True, slots=True)
class Edit:
    """Replace the characters from `start` to `end` (offsets, end excluded) by `text`."""

    start: int
    end: int
    text: str

    def shifted(self, by: int) -> Edit:
        """The same edit, `by` characters later."""
        return Edit(self.start + by, self.end + by, self.text)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` with all edits applied; their offsets refer to `text`. Raises `ValueError` if two of them overlap."""
    parts, position = [], 0
    for edit in sorted(edits):
        if edit.start < position:
            raise ValueError(f"edits overlap at offset {edit.start}")
        parts += [text[position : edit.start], edit.text]
        position = edit.end
    parts.append(text[position:])
    return "".join(parts)


def line_edits(before: str, after: str) -> list[Edit]:
    """The edits of whole lines that turn `before` into `after`. Unchanged lines are not part of any edit."""
    old, new = split_lines(before), split_lines(after)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    steps = opcodes(old, new)
    return [Edit(starts[i1], starts[i2], "".join(new[j1:j2])) for tag, i1, i2, j1, j2 in steps if tag != "equal"]


def unified_diff(before: str, after: str, file: str, context: int = 3) -> str:
    """A unified diff of two versions of `file`; empty if they are equal."""
    old, new = _diff_lines(before), _diff_lines(after)
    return "".join(difflib.unified_diff(old, new, f"a/{file}", f"b/{file}", n=context))


def _diff_lines(text: str) -> list[str]:
    """Lines as in a patch file: only LF ends a line, and a last line without LF is marked."""
    *lines, last = text.split("\n")
    return [line + "\n" for line in lines] + ([last + "\n\\ No newline at end of file\n"] if last else [])
