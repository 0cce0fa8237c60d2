"""Lines of a revision that no test ran, although they are new or were run before."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from reloc_lsp.evaluation.harness.protocol.values import Region
from reloc_lsp.program.source_text import split_lines
from reloc_lsp.search.candidate import Task

MAX_RANGES = 5
"""Ranges of lines that a sentence lists; chosen by hand."""


@dataclass(frozen=True)
class UnrunLines:
    """Numbers of lines in the revised file: `whole` did not run at all, of those in `parts` something did not run."""

    whole: tuple[int, ...]
    parts: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """For example `No test ran lines 7 to 9 nor a part of line 12 of the revision.`; empty without lines."""
        whole = [_ranges(self.whole)] if self.whole else []
        parts = [f"a part of {_ranges(self.parts)}"] if self.parts else []
        return f"No test ran {' nor '.join([*whole, *parts])} of the revision." if whole or parts else ""


def unrun_lines(task: Task, source: str, regions: Sequence[Region]) -> UnrunLines:
    """Those lines of the unit's text `source`, whose `regions` the tests did not run."""
    lines, first = split_lines(source), task.first_line
    expected = _expected_to_run(task, source)
    whole: set[int] = set()
    parts: set[int] = set()
    for region in regions:
        before = lines[region.line - first].encode()[: region.column]
        inside = expected.intersection(range(region.line, region.end_line + 1))
        if before.strip():
            parts |= inside
        else:
            whole |= inside
    return UnrunLines(tuple(sorted(whole)), tuple(sorted(parts - whole)))


def _expected_to_run(task: Task, source: str) -> set[int]:
    """The lines of `source` that are new, and those that the tests ran in the unchanged unit."""
    old, new = split_lines(task.source), split_lines(source)
    expected = set(range(len(new)))
    for block in difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            if block.a + offset + task.first_line not in task.evidence.suspicion:
                expected.discard(block.b + offset)
    return {task.first_line + position for position in expected}


def _ranges(numbers: Sequence[int]) -> str:
    """For example `line 7` or `lines 2, 7 to 9`; empty without numbers."""
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    shown = [str(start) if start == end else f"{start} to {end}" for start, end in ranges[:MAX_RANGES]]
    text = ", ".join(shown) + (", …" if len(ranges) > MAX_RANGES else "")
    return f"line{'s' if len(numbers) > 1 else ''} {text}" if numbers else ""
