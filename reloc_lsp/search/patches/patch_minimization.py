"""Patch minimisation: the smallest edit with the same verdict, by delta debugging over the hunks of a revision."""

from __future__ import annotations

import dataclasses
import re

from reloc_lsp.program.differences.sequence_diff import opcodes
from reloc_lsp.program.fingerprint import fingerprint, parse_unit
from reloc_lsp.program.text_edit import Edit, apply_edits
from reloc_lsp.search.candidate import Candidate, Task
from reloc_lsp.search.interfaces.protocols import Evaluator
from reloc_lsp.search.verdict import Verdict

MAX_HUNKS = 12
"""A revision with more hunks counts as rewritten and is not minimised: a hunk costs an evaluation. Chosen by hand."""
_WORD = re.compile(r"(?m:^[ \t]*\#[^\n]*\n)|\n|[^\S\n]+|\w+|.", re.DOTALL)
"""What hunks are made of. A comment on a line of its own is one word, so that it is kept or removed as a whole."""


def hunks(before: str, after: str) -> list[Edit]:
    """The separate edits, in words, that turn `before` into `after`."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    starts = [0]
    for word in old:
        starts.append(starts[-1] + len(word))
    steps = opcodes(old, new)
    return [Edit(starts[i1], starts[i2], "".join(new[j1:j2])) for tag, i1, i2, j1, j2 in steps if tag != "equal"]


async def minimize_patch(
    task: Task, candidate: Candidate, verdict: Verdict, evaluator: Evaluator
) -> tuple[Candidate, Verdict]:
    """`candidate` without the hunks that its verdict does not need, and its new verdict.

    Every pass tries to remove each hunk, at the cost of one evaluation, until no hunk can be removed. A rewritten
    version (more than `MAX_HUNKS` hunks) only gets back the comments that it lost.
    """
    edits = hunks(task.source, candidate.source)
    if len(edits) > MAX_HUNKS:
        return restore_comments(task, candidate), verdict
    removed = True
    while removed and len(edits) > 1:
        removed = False
        for index in range(len(edits)):
            fewer = edits[:index] + edits[index + 1 :]
            source = apply_edits(task.source, fewer)
            if not _parses(source):
                continue
            smaller = dataclasses.replace(candidate, source=source)
            (new_verdict,) = await evaluator.evaluate([smaller], verdict.passed - 1)
            if new_verdict.passed >= verdict.passed and new_verdict.complete:
                edits, candidate, verdict, removed = fewer, smaller, new_verdict, True
                break
    return candidate, verdict


def restore_comments(task: Task, candidate: Candidate) -> Candidate:
    """`candidate` with the unit's comments that it lost, if they can be put back without changing its code."""
    edits = hunks(task.source, candidate.source)
    kept = [edit for edit in edits if not _removes_comments(task.source, edit)]
    restored = dataclasses.replace(candidate, source=apply_edits(task.source, kept))
    return restored if len(kept) < len(edits) and _same_code(restored, candidate) else candidate


def _removes_comments(before: str, edit: Edit) -> bool:
    """Whether the edit removes nothing but comments."""
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
