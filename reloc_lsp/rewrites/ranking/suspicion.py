"""The suspiciousness of a version's lines, from that of the original's."""

from __future__ import annotations

from collections.abc import Mapping

from reloc_lsp.program.source_text import split_lines
from reloc_lsp.rewrites.source.unit_source import UnitText
from reloc_lsp.search.candidate import Task
from reloc_lsp.search.localization.line_suspicion import LineSuspicion

MAX_STATEMENT_LINES = 30
"""Most lines whose statements are rewritten. Chosen by hand."""


def line_suspicion(task: Task, unit: UnitText) -> Mapping[int, float]:
    """By line of the unit's text, its suspiciousness from 0 to 1: that of the original's line with the same text.

    It is 1 everywhere if no line's suspiciousness is known.
    """
    suspicion = LineSuspicion(task)
    found = {number: suspicion.of(text) for number, text in enumerate(split_lines(unit.text), 1)}
    if not suspicion.known:
        return found
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
