"""Decision rules: one choice for each of the four components, and when a search stops (ReLoc section 3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from reloc_lsp.search.drafting import Drafter, NoDrafts
from reloc_lsp.search.evaluation import ScoreFunction, lexicographic_score
from reloc_lsp.search.interfaces.protocols import Reward
from reloc_lsp.search.neighborhood import Neighborhood
from reloc_lsp.search.updating import UpdateRule


@dataclass(frozen=True)
class Share:
    """A number of evaluations: `fraction` of those so far, but at least `least` and at most `most`."""

    least: int
    fraction: float
    most: int

    @classmethod
    def exactly(cls, count: int) -> Share:
        """The same number, however many evaluations there were."""
        return cls(count, 0.0, count)

    def of(self, evaluations: int) -> int:
        """The number after that many evaluations."""
        return min(max(self.least, int(self.fraction * evaluations)), self.most)


@dataclass(frozen=True)
class Rules:
    """A named set of decision rules: one for each of the four components, and when to stop. Defaults chosen by hand.

    `round_size` is the number of neighbours requested and evaluated in one round. After the first revision that passes
    all tests, the search evaluates `extra` more candidates, and `min_evaluations` in all, to have a choice. While all
    passing revisions are likely overfitted, it goes on for up to `overfitted_extra` evaluations or
    `overfitted_seconds` of wall-clock time instead. `max_nodes` ends the search after that many candidates (the
    paper's budget).
    """

    neighborhood: Neighborhood
    update_rule: UpdateRule
    drafter: Drafter = field(default_factory=NoDrafts)
    scoring: ScoreFunction = lexicographic_score
    reward: Reward | None = None
    round_size: Share = Share(8, 0.0, 8)
    extra: Share = Share(16, 0.5, 150)
    min_evaluations: int = 0
    overfitted_extra: int = 150
    overfitted_seconds: float = 15.0
    max_nodes: int | None = None
