"""What the verdicts of tried rewrites say about those that wait.

There are two memories. `MutationFeedback` belongs to one parent: it compares each operator and each line with the
average of that parent's neighbours, and reorders the neighbours that wait. It is the idea of mutation-based fault
localization (Moon et al., ICST 2014; Papadakis and Le Traon, STVR 2015): mutants at the fault change how tests fail,
and sometimes make one pass. `OperatorRecord` belongs to the whole search: it counts per operator, and changes the
preference for its rewrites of parents that are expanded later.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from reloc_lsp.rewrites.ranking.features import Features
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.search.evaluation import behavior_changed, newly_passes
from reloc_lsp.search.verdict import Verdict

LIGHT_PRIOR, HEAVY_PRIOR = 3.0, 10.0
"""How many candidates the average of all neighbours counts for in the rate of one operator or line. Not tuned."""
MIN_FEEDBACK = -1.0
"""Lower bound of a feedback feature. Operators with many rewrites succeed rarely, and may contain the right one."""


@dataclass
class OperatorRecord:
    """The success of one operator on this unit: candidates tried, and those that pass more tests than the unit."""

    tried: int = 0
    improved: int = 0

    @property
    def factor(self) -> float:
        """Factor of the operator's preference: 3 after one success, 1/2 after 60 failures. Chosen by hand."""
        return (1.0 + 2.0 * self.improved) / (1.0 + self.tried / 60.0)


@dataclass
class Tally:
    """Candidates evaluated, those that fail in another way than the parent, and those that make a test pass."""

    tried: int = 0
    changed: int = 0
    improved: int = 0


class MutationFeedback:
    """The verdicts of one parent's neighbours, as features of the neighbours that wait."""

    def __init__(self) -> None:
        self._all = Tally()
        self._operators: dict[str, Tally] = defaultdict(Tally)
        self._lines: dict[int, Tally] = defaultdict(Tally)

    def record(self, rewrite: Rewrite, before: Verdict, after: Verdict) -> None:
        """Count the rewrite's verdict `after`; `before` is its parent's."""
        improved = newly_passes(before, after)
        changed = improved or behavior_changed(before, after)
        for tally in (self._all, self._operators[rewrite.operator], self._lines[rewrite.line]):
            tally.tried += 1
            tally.changed += changed
            tally.improved += improved

    def features(self, operator: str, line: int) -> Features:
        """How much more often rewrites of this operator, and at this line, succeed than the average, as logarithms."""
        tried, of_operator, at_line = self._all.tried, self._operators[operator], self._lines[line]
        improving = (self._all.improved + 0.5) / (tried + 10.0)
        changing = (self._all.changed + 2.0) / (tried + 4.0)
        return {
            "family gained": _log_ratio(of_operator.improved, of_operator.tried, improving, LIGHT_PRIOR),
            "line gained": _log_ratio(at_line.improved, at_line.tried, improving, HEAVY_PRIOR),
            "line moved": _log_ratio(at_line.changed, at_line.tried, changing, LIGHT_PRIOR),
        }


def _log_ratio(count: int, tried: int, average: float, prior: float) -> float:
    """The logarithm of a rate divided by the average, which counts as `prior` candidates."""
    return max(math.log((count + prior * average) / (tried * average + prior * average)), MIN_FEEDBACK)
