"""Ranking lists from git histories: the rewrites of a function before its fix, one of which is the fix.

Nothing is run, so the suspiciousness of lines and run-time values are unknown. This is not part of the reward
package, because that must not import the rewrites.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reloc_lsp.program.fingerprint import fingerprint
from reloc_lsp.program.source_text import split_lines
from reloc_lsp.program.text_edit import apply_edits
from reloc_lsp.program.unit import PARSING_ERRORS, Module
from reloc_lsp.reward.training.ranking_lists import RankingItem, RankingList, sample_wrong
from reloc_lsp.reward.training.sources.history import Fix, HistorySource
from reloc_lsp.rewrites.enumeration import preference_of, static_rewrites
from reloc_lsp.rewrites.ranking.features import FeatureExtractor
from reloc_lsp.rewrites.ranking.ranked_rewrite import RankedRewrite
from reloc_lsp.rewrites.ranking.task_context import TaskContext
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.rewrites.unit_context import UnitContext

MAX_CHANGED_WORDS = 16
"""Words that a fix may change; a single rewrite changes few. Chosen by hand."""
MAX_CHARACTERS = 8_000
"""Characters that a function may have; chosen by hand."""
_WORD = re.compile(r"\w+|[^\w\s]")
_COMMENT = re.compile(r"#.*")
_LAYOUT = str.maketrans("", "", " \t\r\n\f()'\"")


@dataclass(frozen=True)
class FixLists:
    """The ranking lists of the repository at `path`; `name` is its name in the data."""

    path: Path
    name: str

    def lists(self) -> Iterator[RankingList]:
        """A list for each fix that is a single rewrite, the newest first; raises `RewardError`."""
        for fix in HistorySource(self.path, self.name).fixes():
            if _is_small(fix.change.before, fix.change.after) and len(fix.change.before) <= MAX_CHARACTERS:
                found = self._of_fix(fix)
                if found:
                    yield found

    def _of_fix(self, fix: Fix) -> RankingList | None:
        qualname = fix.change.qualname
        try:
            old, new = Module(fix.before), Module(fix.after)
            unit, fixed = old.find(qualname), new.find(qualname)
            if unit is None or fixed is None:
                return None
            source, target = old.source(unit), TargetVersion(new.source(fixed))
            module = ModuleContext(old.tree, qualname, {})
            if not target.is_reachable(source, module):
                return None
            ctx = UnitContext(source, module)
            rewrites = list(_ranked_rewrites(ctx))
        except PARSING_ERRORS:
            return None
        labelled = target.label(source, rewrites)
        if all(one.right for one in labelled):
            return None
        extractor = FeatureExtractor(ctx, TaskContext(fix.before), rewrites)
        rows = tuple(
            RankingItem(extractor.features(one.rewrite), one.right) for one in sample_wrong(labelled, fix.commit)
        )
        return RankingList(
            source="history",
            repository=self.name,
            file=fix.file,
            qualname=qualname,
            reference=fix.commit,
            among=len(labelled),
            rows=rows,
        )


@dataclass(frozen=True)
class LabelledRewrite:
    """A rewrite, and whether it gives the target version."""

    rewrite: RankedRewrite
    right: bool


class TargetVersion:
    """The fixed version of a function, with quick checks whether a rewrite gives it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._fingerprint = fingerprint(source)
        self._letters = _letters(source)

    def is_reachable(self, source: str, module: ModuleContext) -> bool:
        """Whether any rewrite of `source` that needs no run-time values gives this version."""
        # Only rewrites of the lines that differ can.
        changed = UnitContext(source, module, None, changed_lines(source, self.source))
        return any(self.made_by(source, rewrite) for _, rewrite in static_rewrites(changed))

    def label(self, source: str, rewrites: Sequence[RankedRewrite]) -> list[LabelledRewrite]:
        """Each rewrite of `source`, labelled as right if it gives this version."""
        return [LabelledRewrite(one, self.made_by(source, one.rewrite)) for one in rewrites]

    def made_by(self, source: str, rewrite: Rewrite) -> bool:
        """Whether the rewrite of `source` gives this version, apart from layout."""
        try:
            made = apply_edits(source, rewrite.edits)
            # Parsing is slow, and most rewrites differ already without white space, parentheses and quotes.
            return _letters(made) == self._letters and fingerprint(made) == self._fingerprint
        except (ValueError, *PARSING_ERRORS):
            return False


def _letters(source: str) -> str:
    """The source without comments, white space, parentheses and quotes."""
    return _COMMENT.sub("", source).translate(_LAYOUT)


def _ranked_rewrites(ctx: UnitContext) -> Iterator[RankedRewrite]:
    """Every rewrite that needs no run-time values, each resulting source once."""
    seen: set[str] = set()
    for prior, rewrite in static_rewrites(ctx):
        try:
            made = apply_edits(ctx.text, rewrite.edits)
        except ValueError:
            continue
        if rewrite.edits and made not in seen:
            seen.add(made)
            yield RankedRewrite(rewrite, preference_of(ctx, prior, rewrite), 1.0, 1.0)


def changed_lines(before: str, after: str) -> frozenset[int]:
    """The lines of `before` (from 1) that differ from `after`, and the line on either side."""
    old, new = split_lines(before), split_lines(after)
    operations = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    spans = [range(i1, i2 + 2) for tag, i1, i2, _, _ in operations if tag != "equal"]
    return frozenset(line for span in spans for line in span)


def _is_small(before: str, after: str) -> bool:
    """Whether at most `MAX_CHANGED_WORDS` words differ."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    operations = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in operations if tag != "equal") <= MAX_CHANGED_WORDS
