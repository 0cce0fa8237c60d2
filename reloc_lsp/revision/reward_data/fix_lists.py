"""Lists of alternatives from git histories: the rewrites of a function before its fix, one of which is the fix.

Nothing is run: the suspicion of lines and the values seen at run time stay unknown. It stands here and not in the
reward room, because that and the rewrites do not know each other.
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
from reloc_lsp.reward.training.history import Fix, HistorySource
from reloc_lsp.reward.training.ranking_lists import RankingItem, RankingList, drawn
from reloc_lsp.rewrites.neighborhood import preference_of, static_rewrites
from reloc_lsp.rewrites.ranking.features import FeatureExtractor, RankedRewrite, TaskContext
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.rewrites.source.unit_context import UnitContext

MOST_CHANGED = 16
LONGEST = 8_000
_WORD = re.compile(r"\w+|[^\w\s]")
_COMMENT = re.compile(r"#.*")
_LAYOUT = str.maketrans("", "", " \t\r\n\f()'\"")


@dataclass(frozen=True)
class FixLists:
    """The lists of the repository at `path`, which is called `name` in the data."""

    path: Path
    name: str

    def lists(self) -> Iterator[RankingList]:
        """A list for each fix that is a single rewrite, the newest first; raises `RewardError`."""
        for fix in HistorySource(self.path, self.name).fixes():
            if _small(fix.change.before, fix.change.after) and len(fix.change.before) <= LONGEST:
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
            source, wanted = old.source(unit), Wanted(new.source(fixed))
            module = ModuleContext(old.tree, qualname, {})
            if not wanted.in_reach(source, module):
                return None
            ctx = UnitContext(source, module)
            standings = list(_standings(ctx))
        except PARSING_ERRORS:
            return None
        known = wanted.known(source, standings)
        if all(one.right for one in known):
            return None
        reader = FeatureExtractor(ctx, TaskContext(fix.before), standings)
        rows = tuple(RankingItem(reader.features(one.standing), one.right) for one in drawn(known, fix.commit))
        return RankingList("history", self.name, fix.file, qualname, fix.commit, len(known), rows)


@dataclass(frozen=True)
class Known:
    """A rewrite, and whether it makes the version that is wanted."""

    standing: RankedRewrite
    right: bool


class Wanted:
    """A version of a function, to be known again."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._mark = fingerprint(source)
        self._bare = _bare(source)

    def in_reach(self, source: str, module: ModuleContext) -> bool:
        """Whether any rewrite of `source` that needs no look at values is this version."""
        # Those of the lines that differ tell it soon.
        changed = UnitContext(source, module, None, changed_lines(source, self.source))
        return any(self.made_by(source, rewrite) for _, rewrite in static_rewrites(changed))

    def known(self, source: str, standings: Sequence[RankedRewrite]) -> list[Known]:
        """Of each rewrite of `source` whether it is this version."""
        return [Known(one, self.made_by(source, one.rewrite)) for one in standings]

    def made_by(self, source: str, rewrite: Rewrite) -> bool:
        """Whether the rewrite of `source` is this version, layout aside."""
        try:
            made = apply_edits(source, rewrite.edits)
            # Parsing takes long, and most differ already without white space, brackets and quotes.
            return _bare(made) == self._bare and fingerprint(made) == self._mark
        except (ValueError, *PARSING_ERRORS):
            return False


def _bare(source: str) -> str:
    return _COMMENT.sub("", source).translate(_LAYOUT)


def _standings(ctx: UnitContext) -> Iterator[RankedRewrite]:
    """Every rewrite that needs no look at values, each program once."""
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
    """The lines of `before` (from 1) in which it differs from `after`, each with the ones around it."""
    old, new = split_lines(before), split_lines(after)
    operations = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    spans = [range(i1, i2 + 2) for tag, i1, i2, _, _ in operations if tag != "equal"]
    return frozenset(line for span in spans for line in span)


def _small(before: str, after: str) -> bool:
    """Whether few words differ, as they do by one rewrite."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    operations = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in operations if tag != "equal") <= MOST_CHANGED
