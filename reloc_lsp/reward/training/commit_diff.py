"""What a commit changed in a file, where that is one function and nothing else."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from reloc_lsp.program.fingerprint import fingerprint
from reloc_lsp.program.unit import PARSING_ERRORS, Module, Unit
from reloc_lsp.reward.training.versions import dedented

LINES = range(3, 81)
MOST_CHANGED_LINES = 20


@dataclass(frozen=True)
class FunctionChange:
    """A function before and after, each from the left margin on."""

    qualname: str
    before: str
    after: str


def one_function(before: str, after: str) -> FunctionChange | None:
    """The one function in which two texts of a file differ, layout, comments and docstrings aside.

    `None` where more than that differs, where a text does not parse, or where the function or the change is very short
    or long.
    """
    if not _small(before.split("\n"), after.split("\n")):
        return None
    try:
        old, new = Module(before), Module(after)
        pair = _the_one_changed(old, new)
        if pair is None:
            return None
        revised = before[: pair[0].start] + new.source(pair[1]) + before[pair[0].end :]
        same = fingerprint(revised) == fingerprint(after)
    except PARSING_ERRORS:
        return None
    return (
        FunctionChange(pair[1].qualname, dedented(old.source(pair[0])), dedented(new.source(pair[1]))) if same else None
    )


def _small(old: list[str], new: list[str]) -> bool:
    """Whether the change can be one of one function: so much is told without parsing anything."""
    start, most = 0, min(len(old), len(new))
    while start < most and old[start] == new[start]:
        start += 1
    end = 0
    while end < most - start and old[-1 - end] == new[-1 - end]:
        end += 1
    left, right = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(left), len(right)) >= LINES.stop:
        return False
    operations = difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    changed = sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in operations if tag != "equal")
    return 0 < changed <= MOST_CHANGED_LINES


def _the_one_changed(old: Module, new: Module) -> tuple[Unit, Unit] | None:
    """The outermost function that differs, if it is the only one of its name on both sides."""
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
    return list(_functions_outside_of_functions(module))


def _functions_outside_of_functions(module: Module) -> Iterator[tuple[str, Unit]]:
    end = -1
    for unit in module.functions:
        if unit.start >= end:
            end = unit.end
            yield unit.qualname, unit
