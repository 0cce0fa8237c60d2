"""Adaptive operator selection: which of several neighbourhoods gets the next call, learned from what each gained.

Thompson sampling of a rate: gains are counted as events of a Poisson process whose time is what they cost, so the rate
of each operator has a gamma distribution (Chapelle and Li, "An Empirical Evaluation of Thompson Sampling", 2011).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class OperatorRecord:
    """What an operator gained and what that cost, in the units of the caller; the first values are its prior."""

    gain: float
    cost: float


class OperatorSelection:
    """Chooses among operators by name. `priors` say what each is expected to gain for how much.

    The larger a prior's numbers, the more has to happen before it is forgotten.
    """

    def __init__(self, priors: Mapping[str, tuple[float, float]], seed: int = 0) -> None:
        self.records = {name: OperatorRecord(gain, cost) for name, (gain, cost) in priors.items()}
        self._asked: set[str] = set()
        self._rng = random.Random(seed)

    def choose(self, names: Iterable[str]) -> str:
        """One of the operators `names`: each as often as it is likely to have the highest gain for its cost.

        One that was never chosen counts with what its prior promises, so that the most promising one comes first.
        """
        rates = {name: self._drawn(name) if name in self._asked else self._promised(name) for name in names}
        chosen = max(rates, key=lambda name: rates[name])
        self._asked.add(chosen)
        return chosen

    def record(self, name: str, *, gain: float = 0.0, cost: float = 0.0) -> None:
        """Add what an operator gained, or what it cost."""
        record = self.records[name]
        record.gain += gain
        record.cost += cost

    def _promised(self, name: str) -> float:
        return self.records[name].gain / self.records[name].cost

    def _drawn(self, name: str) -> float:
        return self._rng.gammavariate(self.records[name].gain, 1 / self.records[name].cost)
