"""Finds the function that a commit changed in a file, if it changed only one."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from reloc_lsp.program.fingerprint import fingerprint
from reloc_lsp.program.unit import PARSING_ERRORS, Module, Unit
from reloc_lsp.reward.training.sources.function_versions import dedented

LINES = range(3, 81)
"""Lengths, in lines, of the functions that are used; chosen by hand."""
MAX_CHANGED_LINES = 20
"""Lines that a change may touch; chosen by hand."""


@dataclass(frozen=True)
class FunctionChange:
    """A function before and after a change, each without indentation."""

    qualname: str
    before: str
    after: str


def single_function_change(before: str, after: str) -> FunctionChange | None:
    """The only function in which two texts of a file differ, apart from layout, comments and docstrings.

    `None` if anything else differs, if a text does not parse, or if the function or the change is very short or long.
    """
    if not _may_be_single_change(before.split("\n"), after.split("\n")):
        return None
    try:
        old, new = Module(before), Module(after)
        pair = _only_changed(old, new)
        if pair is None:
            return None
        revised = before[: pair[0].start] + new.source(pair[1]) + before[pair[0].end :]
        same = fingerprint(revised) == fingerprint(after)
    except PARSING_ERRORS:
        return None
    return (
        FunctionChange(pair[1].qualname, dedented(old.source(pair[0])), dedented(new.source(pair[1]))) if same else None
    )


def _may_be_single_change(old: list[str], new: list[str]) -> bool:
    """Whether the change is small enough for one function; a quick check that parses nothing."""
    start, shorter = 0, min(len(old), len(new))
    while start < shorter and old[start] == new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    left, right = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(left), len(right)) >= LINES.stop:
        return False
    operations = difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    changed = sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in operations if tag != "equal")
    return 0 < changed <= MAX_CHANGED_LINES


def _only_changed(old: Module, new: Module) -> tuple[Unit, Unit] | None:
    """The only outermost function that differs, before and after; both texts must have the same functions."""
    before, after = _outermost(old), _outermost(new)
    if [name for name, _ in before] != [name for name, _ in after]:
        return None
    changed = [
        (one, other)
        for (_, one), (_, other) in zip(before, after, strict=True)
        if old.source(one) != new.source(other) and fingerprint(old.source(one)) != fingerprint(new.source(other))
    ]
    if len(changed) != 1:
        return None
    for module, unit in ((old, changed[0][0]), (new, changed[0][1])):
        if len(module.source(unit).splitlines()) not in LINES:
            return None
    return changed[0]


def _outermost(module: Module) -> list[tuple[str, Unit]]:
    """The functions that are not inside other functions, with their qualified names."""
    return list(_iter_outermost(module))


def _iter_outermost(module: Module) -> Iterator[tuple[str, Unit]]:
    end = -1
    for unit in module.functions:
        if unit.start >= end:
            end = unit.end
            yield unit.qualname, unit
