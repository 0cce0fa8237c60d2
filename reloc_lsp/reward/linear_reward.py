"""The evidence reward: a linear model over what the search knows of a candidate. It needs no library."""

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
from reloc_lsp.search.interfaces.protocols import RANK_FEATURES, SURROUNDING_CODE_FEATURE
from reloc_lsp.search.verdict import Verdict

FORMAT = 1
"""Version of the file of weights."""
INITIAL_WEIGHTS = {"preference": 1.0, "suspicion": 2.0, "outlook": 1.0, "own belief": 1.0, "outlook alone": 1.0}
"""The weights before anything is learned: they give the neighbourhood's own order."""
FEEDBACK_WEIGHTS = {"family gained": 1.0, "line gained": 0.25, "line moved": 1.0}
"""Default weights of the features that come from evaluated neighbours.

Chosen by replaying the evaluated neighbourhoods of 155 bugs written by hand and 23 real ones."""
RANK_WEIGHTS = dict(zip(RANK_FEATURES, (-0.4, -0.7), strict=True))
"""Default weights of the ranks within an operator and within an operator and line: a higher rank is tried later.

Chosen on replays of 73 evaluated neighbourhoods."""
SHIPPED, OFF = "shipped", "off"
"""The values of the setting `reward.evidence` that are no file."""
RUNTIME_PREFIX = "outlook"
"""How the names of features begin that come from run-time values."""


@dataclass(frozen=True)
class LinearReward:
    """A `search.protocols.RewriteScorer` and a `search.protocols.Reward` by a table of feature weights.

    A reward is between 0 and 1, so that it decides between candidates that pass equally many tests and never
    outweighs a test. `card` describes what the weights were learned from.
    """

    weights: Mapping[str, float]
    card: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def prior_score(self, features: Mapping[str, float]) -> float:
        """The weighted sum of all features, ranks included."""
        ranks = sum(self.weights.get(name, weight) * features.get(name, 0.0) for name, weight in RANK_WEIGHTS.items())
        return self._mixed_sum(features) + ranks

    def plausibility(self, features: Mapping[str, float]) -> float:
        """The weighted sum without run-time values and ranks."""
        return self._mixed_sum({n: value for n, value in features.items() if not n.startswith(RUNTIME_PREFIX)})

    def feedback(self, features: Mapping[str, float]) -> float:
        """The weighted sum of the features that come from evaluated neighbours."""
        return sum(self.weights.get(name, FEEDBACK_WEIGHTS.get(name, 0.0)) * value for name, value in features.items())

    def _mixed_sum(self, features: Mapping[str, float]) -> float:
        """The weighted sum, without ranks, between the initial and the learned weights.

        The weights were learned in whole modules, so the less code a file has, the less the learned ones count.
        """
        weights, share = self.weights, features.get(SURROUNDING_CODE_FEATURE, 1.0)
        learned = sum(
            weights[name] * value for name, value in features.items() if name in weights and name not in RANK_WEIGHTS
        )
        initial = sum(weight * features[name] for name, weight in INITIAL_WEIGHTS.items() if name in features)
        return share * learned + (1.0 - share) * initial

    async def reward(
        self, task: Task, candidates: Sequence[Candidate], verdicts: Sequence[Verdict], parents: Sequence[Node]
    ) -> Sequence[float]:
        """One value per candidate; 0 for candidates without features."""
        return [_unit_interval(self._mixed_sum(c.features)) if c.features else 0.0 for c in candidates]


def load_linear_reward(chosen: str, folder: Path | None = None) -> LinearReward | None:
    """The shipped reward, the one in the file `chosen`, or `None` if it is off; raises `RewardError`.

    `folder` is what a relative path is relative to.
    """
    if chosen == OFF:
        return None
    if chosen == SHIPPED:
        return _parse(files(__package__).joinpath("evidence.json").read_text("utf-8"), SHIPPED)
    path = (folder or Path()) / Path(chosen).expanduser()
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RewardError(
            f"The weights {path} cannot be read ({error}). Name a file that reloc-lsp reward train-evidence wrote, "
            f'or set reward.evidence to "{SHIPPED}" or "{OFF}".'
        ) from error
    return _parse(text, str(path))


def as_json(weights: Mapping[str, float], card: Mapping[str, Any]) -> str:
    """The text of a file of weights; `card` describes what they were learned from."""
    table = dict(sorted(weights.items()))
    return json.dumps({"format": FORMAT, "card": card, "weights": table}, indent=0, ensure_ascii=False) + "\n"


def _parse(text: str, name: str) -> LinearReward:
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise ValueError(f"format {content['format']}")
        weights = {str(feature): float(weight) for feature, weight in content["weights"].items()}
        card = dict(content.get("card", {}))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RewardError(
            f"{name} holds no weights of this version ({error}). Make them again with reloc-lsp reward train-evidence."
        ) from error
    if not all(map(math.isfinite, weights.values())):
        raise RewardError(f"{name} holds weights that are no numbers. Make them again with reward train-evidence.")
    return LinearReward(weights, card)


def _unit_interval(score: float) -> float:
    """A score mapped to the interval from 0 to 1, in the same order."""
    return 0.5 + 0.5 * score / (1.0 + abs(score))
