"""The same rewrite in several places at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from reloc_lsp.rewrites.context import UnitContext
from reloc_lsp.rewrites.rewrite import Rewrite

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


def paired(ctx: UnitContext, rewrites: Iterable[Rewrite]) -> Iterator[Rewrite]:
    """Rewrites of one family with the same text before and after, done in two places or in all."""
    groups: dict[tuple[str, str, str], list[Rewrite]] = defaultdict(list)
    for rewrite in rewrites:
        if rewrite.family in _REPEATABLE and len(rewrite.edits) == 1:
            edit = rewrite.edits[0]
            groups[rewrite.family, ctx.text[edit.start : edit.end], edit.text].append(rewrite)
    for (family, _, _), members in groups.items():
        if not 2 <= len(members) <= 6:
            continue
        if len(members) > 2:
            yield _together(family, members)
        for index, first in enumerate(members):
            for second in members[index + 1 :]:
                yield _together(family, [first, second])


def _together(family: str, members: list[Rewrite]) -> Rewrite:
    edits = tuple(edit for member in members for edit in member.edits)
    weight = sum(member.weight for member in members) / len(members) * 0.5
    said = f"{members[0].description}, in {len(members)} places"
    return Rewrite(edits, f"paired {family}", said, members[0].line, weight)
