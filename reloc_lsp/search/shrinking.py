"""The smallest edit that keeps the verdict: delta debugging over the hunks of a revision."""

from __future__ import annotations

import dataclasses
import difflib
import re

from reloc_lsp.program.edit import Edit, apply_edits
from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.search.candidate import Candidate, Task
from reloc_lsp.search.protocols import Evaluator
from reloc_lsp.search.verdict import Verdict

MOST_HUNKS = 12
_WORD = re.compile(r"\s+|\w+|.", re.DOTALL)


def hunks(before: str, after: str) -> list[Edit]:
    """The separate changes, by words, that turn `before` into `after`."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    starts = [0]
    for word in old:
        starts.append(starts[-1] + len(word))
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        Edit(starts[i1], starts[i2], "".join(new[j1:j2]))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]


async def shrunk(task: Task, candidate: Candidate, verdict: Verdict, evaluator: Evaluator) -> tuple[Candidate, Verdict]:
    """`candidate` without the hunks that its verdict does not need; one evaluation per hunk and pass."""
    edits = hunks(task.source, candidate.source)
    if not 1 < len(edits) <= MOST_HUNKS:
        return candidate, verdict
    shrinking = True
    while shrinking and len(edits) > 1:
        shrinking = False
        for index in range(len(edits)):
            fewer = edits[:index] + edits[index + 1 :]
            source = apply_edits(task.source, fewer)
            if not _parses(source):
                continue
            smaller = dataclasses.replace(candidate, source=source)
            (judged,) = await evaluator.evaluate([smaller], verdict.passed - 1)
            if judged.passed >= verdict.passed and judged.complete:
                edits, candidate, verdict, shrinking = fewer, smaller, judged, True
                break
    return candidate, verdict


def _parses(source: str) -> bool:
    try:
        parse_unit(source)
    except (SyntaxError, ValueError):
        return False
    return True
