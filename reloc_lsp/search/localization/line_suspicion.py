"""How suspicious the lines of any version are: fault localization ran only the unchanged unit."""

from __future__ import annotations

from reloc_lsp.program.source_text import split_lines
from reloc_lsp.search.candidate import Task

UNKNOWN_SUSPICION = 0.3
"""Suspiciousness of a line that the original does not contain. Chosen by hand."""


class LineSuspicion:
    """The suspiciousness of a line, from 0 to 1: that of the original's line with the same text.

    It is 1 for every line if no line's suspiciousness is known.
    """

    def __init__(self, task: Task) -> None:
        self._by_text: dict[str, float] = {}
        original = split_lines(task.source)
        for line, score in task.evidence.suspicion.items():
            position = line - task.first_line
            if 0 <= position < len(original):
                text = original[position].strip()
                self._by_text[text] = max(score, self._by_text.get(text, 0.0))

    @property
    def known(self) -> bool:
        """Whether the suspiciousness of any line is known."""
        return bool(self._by_text)

    def of(self, line: str) -> float:
        """The suspiciousness of a line with this text."""
        return self._by_text.get(line.strip(), UNKNOWN_SUSPICION) if self._by_text else 1.0
