"""The evidence reward: weighs what the search knows of a candidate. Pure arithmetic over a table of weights."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from reloc_lsp.reward.errors import RewardError
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.protocols import RANK_FEATURES, SURROUNDING_CODE_FEATURE
from reloc_lsp.search.verdict import Verdict

FORMAT = 1
BEFORE = {"preference": 1.0, "suspicion": 2.0, "outlook": 1.0, "own belief": 1.0, "outlook alone": 1.0}
"""The weights before anything is learned: the neighbourhood's own order."""
LESSONS = {"family gained": 1.0, "line gained": 0.25, "line moved": 1.0}
"""The weights of what neighbours judged before teach, where a file of weights has no others."""
TURNS = dict(zip(RANK_FEATURES, (-0.4, -0.7), strict=True))
"""The weights of places among those alike, where a file of weights has no others: the further back, the later."""
SHIPPED, OFF = "shipped", "off"
SEEN = "outlook"


@dataclass(frozen=True)
class EvidenceReward:
    """`search.protocols.Foresight` and `search.protocols.Reward` by the weights of clues.

    A reward is between 0 and 1, so that it orders those that pass as many tests and never outvotes one. `card` says
    what the weights were learned from.
    """

    weights: Mapping[str, float]
    card: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def prior_score(self, features: Mapping[str, float]) -> float:
        """The weighed sum of the clues, as far as the file is one that such weights can be believed for."""
        turns = sum(self.weights.get(name, weight) * features.get(name, 0.0) for name, weight in TURNS.items())
        return self._shared(features) + turns

    def plausibility(self, features: Mapping[str, float]) -> float:
        """The same without what the run-time values say, and without turns."""
        return self._shared({name: value for name, value in features.items() if not name.startswith(SEEN)})

    def feedback(self, features: Mapping[str, float]) -> float:
        """The weighed sum of what was seen in this very search."""
        return sum(self.weights.get(name, LESSONS.get(name, 0.0)) * value for name, value in features.items())

    def _shared(self, features: Mapping[str, float]) -> float:
        """Between the neighbourhood's own order and what was learned, which was learned in whole modules."""
        weights, share = self.weights, features.get(SURROUNDING_CODE_FEATURE, 1.0)
        learned = sum(
            weights[name] * value for name, value in features.items() if name in weights and name not in TURNS
        )
        own = sum(weight * features[name] for name, weight in BEFORE.items() if name in features)
        return share * learned + (1.0 - share) * own

    async def reward(
        self, task: Task, candidates: Sequence[Candidate], verdicts: Sequence[Verdict], parents: Sequence[Node]
    ) -> Sequence[float]:
        """One value per candidate; 0 for those nothing is known of."""
        return [_squashed(self._shared(candidate.features)) if candidate.features else 0.0 for candidate in candidates]


def evidence_reward(chosen: str, folder: Path | None = None) -> EvidenceReward | None:
    """The reward that is shipped, that of a file, or `None` where it is off; raises `RewardError`.

    `folder` is where a relative path begins.
    """
    if chosen == OFF:
        return None
    if chosen == SHIPPED:
        return _reward(files(__package__).joinpath("evidence.json").read_text("utf-8"), SHIPPED)
    path = (folder or Path()) / Path(chosen).expanduser()
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RewardError(
            f"The weights {path} cannot be read ({error}). Name a file that reloc-lsp reward train-evidence wrote, "
            f'or set reward.evidence to "{SHIPPED}" or "{OFF}".'
        ) from error
    return _reward(text, str(path))


def as_json(weights: Mapping[str, float], card: Mapping[str, Any]) -> str:
    """The text of a file of weights; `card` says what they were learned from."""
    table = dict(sorted(weights.items()))
    return json.dumps({"format": FORMAT, "card": card, "weights": table}, indent=0, ensure_ascii=False) + "\n"


def _reward(text: str, where: str) -> EvidenceReward:
    try:
        told = json.loads(text)
        if told["format"] != FORMAT:
            raise ValueError(f"format {told['format']}")
        weights = {str(name): float(weight) for name, weight in told["weights"].items()}
        card = dict(told.get("card", {}))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RewardError(
            f"{where} holds no weights of this version ({error}). Make them again with reloc-lsp reward train-evidence."
        ) from error
    if not all(map(math.isfinite, weights.values())):
        raise RewardError(f"{where} holds weights that are no numbers. Make them again with reward train-evidence.")
    return EvidenceReward(weights, card)


def _squashed(prior_score: float) -> float:
    return 0.5 + 0.5 * prior_score / (1.0 + abs(prior_score))
