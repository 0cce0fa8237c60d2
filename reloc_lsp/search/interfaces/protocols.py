"""What the search needs from the packages above it, which implement these protocols and do not know each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.objective import Measurement
from reloc_lsp.search.verdict import Verdict


class Evaluator(Protocol):
    """Runs the workspace's tests on candidates."""

    async def evaluate(self, candidates: Sequence[Candidate], must_exceed: int) -> Sequence[Verdict]:
        """One verdict per candidate; they are evaluated concurrently.

        A run may stop early, once it is certain that the candidate passes no more than `must_exceed` tests.
        """
        ...


class Reward(Protocol):
    """Estimates how close candidates are to a correct program, beyond what their tests say (ReLoc section 3.3)."""

    async def reward(
        self, task: Task, candidates: Sequence[Candidate], verdicts: Sequence[Verdict], parents: Sequence[Node]
    ) -> Sequence[float]:
        """One value per candidate, higher is closer; `parents` are the nodes that the candidates were made from."""
        ...


class ObjectiveMeasure(Reward, Protocol):
    """What an objective wants less of. Its reward is above 0 for versions that have less than the unchanged unit."""

    async def measure(self, task: Task, source: str) -> Measurement | None:
        """A new, precise measurement of the unchanged unit and of a version; `None` if the version fails a test."""
        ...


SURROUNDING_CODE_FEATURE = "surroundings"
"""The feature that says, from 0 to 1, how much other code the file has to compare the unit with."""


RANK_FEATURES = "place in its family", "place in its family at its line"
"""The features that say how many rewrites of the same operator (in all, and at the same line) are ranked higher.

They are a reason to try a rewrite later, but no sign of whether it is right."""


class RewriteScorer(Protocol):
    """Scores a rewrite by its features, before any test is run on it.

    All scores are log-likelihoods up to a constant: only differences count.
    """

    def prior_score(self, features: Mapping[str, float]) -> float:
        """How likely the rewrite is right: the order in which rewrites are tried."""
        ...

    def plausibility(self, features: Mapping[str, float]) -> float:
        """How likely a person would write it, without run-time values and ranks: the choice among passing revisions."""
        ...

    def feedback(self, features: Mapping[str, float]) -> float:
        """What the verdicts of similar rewrites add to its prior score."""
        ...
