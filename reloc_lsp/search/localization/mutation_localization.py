"""Mutation-based fault localization: a line is suspicious if changing it changes how the failing tests fail.

Metallaxis (Papadakis and Le Traon, "Metallaxis-FL: mutation-based fault localization", 2015), on all one-line revisions
that a search evaluates anyway.
"""

from __future__ import annotations

from itertools import zip_longest
from math import sqrt

from reloc_lsp.program.source_text import split_lines
from reloc_lsp.search.candidate import Node, Task
from reloc_lsp.search.verdict import Outcome, Verdict


class MutationLocalization:
    """Learns from evaluated nodes which lines of the unchanged unit matter to the failing tests."""

    def __init__(self, task: Task) -> None:
        self._lines = [line.strip() for line in split_lines(task.source)]
        self._before = task.verdict
        self._suspicion: dict[str, float] = {}

    def learn(self, node: Node) -> None:
        """Take account of a revision of the unchanged unit that differs from it in one place."""
        text = self._changed_line(node.candidate.source) if node.candidate.depth == 1 else None
        if text is not None:
            self._suspicion[text] = max(self._suspicion.get(text, 0.0), self._ochiai(node.verdict))

    def of(self, line: str) -> float:
        """The suspiciousness of a line with this text, from 0 to 1; 0 if no revision of it changed a failing test."""
        return self._suspicion.get(line.strip(), 0.0)

    def _changed_line(self, source: str) -> str | None:
        """The first line that differs, if the revision has as many lines as the unit and one of them differs."""
        lines = [line.strip() for line in split_lines(source)]
        differing = [old for old, new in zip_longest(self._lines, lines, fillvalue="") if old != new]
        return differing[0] if len(differing) == 1 else None

    def _ochiai(self, verdict: Verdict) -> float:
        """The Ochiai coefficient of a revision: which tests it changes, and whether they failed before."""
        before = self._before.results
        failing = {test for test, result in before.items() if result.outcome is not Outcome.PASSED}
        changed = {
            test for test, result in verdict.results.items()
            if test in before and result.outcome is not Outcome.NOT_RUN and
            (result.outcome is not before[test].outcome or result.failure != before[test].failure)
        }  # fmt: skip
        if not failing or not changed:
            return 0.0
        return len(changed & failing) / sqrt(len(failing) * len(changed))
