"""What the rewrites judged so far teach of those still to come: their families and their lines.

That of mutation-based fault localisation (Moon et al., ICST 2014; Papadakis and Le Traon, STVR 2015): what is changed
where the fault is moves failures, and now and then wins a test.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from reloc_lsp.rewrites.ranking.features import Features
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.search.evaluation import behavior_changed, newly_passes
from reloc_lsp.search.verdict import Verdict

FEW, MORE = 3.0, 10.0
"""As many candidates as these count what is usual in the unit, beside those of one family or line."""
LEAST = -1.0
"""The most that speaks against a kind: large families win seldom, and may hold the right rewrite all the same."""


@dataclass
class Tally:
    """Candidates judged, those that failed otherwise than before, and those that won something."""

    tried: int = 0
    moved: int = 0
    gained: int = 0


class MutationFeedback:
    """The lessons of one parent's neighbours, as clues that speak for and against others."""

    def __init__(self) -> None:
        self._all = Tally()
        self._operators: dict[str, Tally] = defaultdict(Tally)
        self._lines: dict[int, Tally] = defaultdict(Tally)

    def hear(self, rewrite: Rewrite, before: Verdict, after: Verdict) -> None:
        """Take note of a rewrite's verdict `after`, beside that of its parent `before`."""
        gained = newly_passes(before, after)
        moved = gained or behavior_changed(before, after)
        for tally in (self._all, self._operators[rewrite.operator], self._lines[rewrite.line]):
            tally.tried += 1
            tally.moved += moved
            tally.gained += gained

    def features(self, operator: str, line: int) -> Features:
        """How much more of its kind gained or moved something than is usual here, as logarithms."""
        tried, of_operator, of_line = self._all.tried, self._operators[operator], self._lines[line]
        gaining = (self._all.gained + 0.5) / (tried + 10.0)
        moving = (self._all.moved + 2.0) / (tried + 4.0)
        return {
            "family gained": _ratio(of_operator.gained, of_operator.tried, gaining, FEW),
            "line gained": _ratio(of_line.gained, of_line.tried, gaining, MORE),
            "line moved": _ratio(of_line.moved, of_line.tried, moving, FEW),
        }


def _ratio(count: int, tried: int, usual: float, weight: float) -> float:
    """The logarithm of a rate beside the `usual` one, which counts as `weight` candidates."""
    return max(math.log((count + weight * usual) / (tried * usual + weight * usual)), LEAST)
