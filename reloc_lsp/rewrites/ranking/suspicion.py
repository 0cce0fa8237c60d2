"""The suspiciousness of a version's lines, from that of the original's."""

from __future__ import annotations

from collections.abc import Mapping

from reloc_lsp.program.source_text import split_lines
from reloc_lsp.rewrites.source.unit_source import UnitText
from reloc_lsp.search.candidate import Task

UNKNOWN_SUSPICION = 0.3
"""Suspiciousness of a line that the original does not contain. Chosen by hand."""
MAX_STATEMENT_LINES = 30
"""Most lines whose statements are rewritten. Chosen by hand."""


def line_suspicion(task: Task, unit: UnitText) -> Mapping[int, float]:
    """By line of the unit's text, its suspiciousness from 0 to 1: that of the original's line with the same text.

    It is 1 everywhere if no line's suspiciousness is known.
    """
    original = split_lines(task.source)
    by_text: dict[str, float] = {}
    for line, score in task.evidence.suspicion.items():
        position = line - task.first_line
        if 0 <= position < len(original):
            text = original[position].strip()
            by_text[text] = max(score, by_text.get(text, 0.0))
    found = {n: by_text.get(text.strip(), UNKNOWN_SUSPICION) for n, text in enumerate(split_lines(unit.text), 1)}
    if not by_text:
        return dict.fromkeys(found, 1.0)
    # Of a statement over several lines only the first one is traced.
    for statement in unit.statements:
        node = statement.node
        first = unit.line(node)
        last = unit.line(node.body[0]) - 1 if hasattr(node, "body") else unit.last_line(node)
        for line in range(first, last + 1):
            found[line] = max(found.get(line, 0.0), found.get(first, 0.0))
    return found


def most_suspicious_lines(unit: UnitText, suspicion: Mapping[int, float]) -> frozenset[int]:
    """First lines of the most suspicious statements; those that no failing test runs cannot be at fault."""
    lines = {unit.line(statement.node) for statement in unit.statements}
    ranked = sorted((line for line in lines if suspicion.get(line, 0.0) > 0), key=lambda n: (-suspicion[n], n))
    return frozenset(ranked[:MAX_STATEMENT_LINES])
