"""One operator applied in several locations at once: the repair of a bug that was made more than once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise

from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.unit_context import UnitContext

_REPEATABLE = {
    "comparison",
    "arithmetic",
    "augmented",
    "constant",
    "variable",
    "function",
    "method",
    "off by one",
    "attribute",
    "boolean",
    "wrapping",
    "module name",
}
"""Names of the operators that are applied in several locations."""
MAX_LOCATIONS = 6
"""Most locations of the same change; more are hardly the same mistake. Chosen by hand."""


_NAME = re.compile(r"\b[^\W\d]\w*")


def in_several_locations(ctx: UnitContext, rewrites: Iterable[Rewrite]) -> Iterator[Rewrite]:
    """Rewrites of one operator with the same text before and after, applied in two locations or in all.

    The same change of another name counts too, if the lines differ in names only.
    """
    groups: dict[tuple[str, str, str], list[Rewrite]] = defaultdict(list)
    for rewrite in rewrites:
        if rewrite.operator in _REPEATABLE and len(rewrite.edits) == 1:
            edit = rewrite.edits[0]
            old = ctx.text[edit.start : edit.end]
            groups[rewrite.operator, old, edit.text].append(rewrite)
            if old and old in edit.text:
                line = ctx.index.lines[rewrite.line - 1]
                groups[rewrite.operator, _NAME.sub("_", line), edit.text.replace(old, "{}", 1)].append(rewrite)
    for (operator, _, _), members in groups.items():
        if not 2 <= len(members) <= MAX_LOCATIONS:
            continue
        if len(members) > 2 and _apart(members):
            yield _together(operator, members)
        yield from (_together(operator, [*pair]) for pair in combinations(members, 2) if _apart(pair))


def _apart(members: Sequence[Rewrite]) -> bool:
    """Whether no two of the rewrites change the same text."""
    edits = sorted(edit for member in members for edit in member.edits)
    return all(one.end <= other.start for one, other in pairwise(edits))


def _together(operator: str, members: list[Rewrite]) -> Rewrite:
    edits = tuple(edit for member in members for edit in member.edits)
    weight = sum(member.weight for member in members) / len(members) * 0.5
    description = f"{members[0].description}, in {len(members)} places"
    return Rewrite(edits, f"paired {operator}", description, members[0].line, weight)
