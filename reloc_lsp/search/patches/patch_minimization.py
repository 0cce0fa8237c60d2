"""The smallest edit that keeps the verdict: delta debugging over the hunks of a revision."""

from __future__ import annotations

import dataclasses
import difflib
import re

from reloc_lsp.program.fingerprint import fingerprint, parse_unit
from reloc_lsp.program.text_edit import Edit, apply_edits
from reloc_lsp.search.candidate import Candidate, Task
from reloc_lsp.search.protocols import Evaluator
from reloc_lsp.search.verdict import Verdict

MOST_HUNKS = 12
_WORD = re.compile(r"(?m:^[ \t]*\#[^\n]*\n)|\n|[^\S\n]+|\w+|.", re.DOTALL)
"""A comment on a line of its own is one word: it is kept or lost as a whole."""


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
    """`candidate` without the hunks that its verdict does not need; one evaluation per hunk and pass.

    A version written anew is kept whole, but for comments that it lost.
    """
    edits = hunks(task.source, candidate.source)
    if len(edits) > MOST_HUNKS:
        return with_comments(task, candidate), verdict
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


def with_comments(task: Task, candidate: Candidate) -> Candidate:
    """`candidate` with the comments that it lost, as far as they fit into it."""
    edits = hunks(task.source, candidate.source)
    kept = [edit for edit in edits if not _loses_comments(task.source, edit)]
    again = dataclasses.replace(candidate, source=apply_edits(task.source, kept))
    return again if len(kept) < len(edits) and _same_code(again, candidate) else candidate


def _loses_comments(before: str, edit: Edit) -> bool:
    lost = before[edit.start : edit.end].strip()
    return not edit.text.strip() and bool(lost) and all(line.lstrip().startswith("#") for line in lost.splitlines())


def _same_code(one: Candidate, other: Candidate) -> bool:
    return _parses(one.source) and fingerprint(one.source) == fingerprint(other.source)


def _parses(source: str) -> bool:
    try:
        parse_unit(source)
    except (SyntaxError, ValueError):
        return False
    return True
