"""A rewrite with the factors that decide how early it is tried."""

from __future__ import annotations

import math
from dataclasses import dataclass

from reloc_lsp.rewrites.rewrite import Rewrite

SUSPICION_POWER = 2.0
"""Exponent of a line's suspiciousness. Fitted on the bugs of tests/benchmarks/handwritten and on planted ones."""


@dataclass(frozen=True, slots=True)
class RankedRewrite:
    """A rewrite with the factors of its score.

    `preference` is the weight of its operator and of the rewrite among the operator's others. `suspicion` is the
    suspiciousness of its line, from 0 to 1. `value_factor` is how much likelier the run-time values make it (1 if they
    say nothing). `value_guided` says whether its operator chose it by those values.
    """

    rewrite: Rewrite
    preference: float
    suspicion: float
    value_factor: float
    value_guided: bool = False

    @property
    def plausibility(self) -> float:
        """How likely a person would write it here, whatever the run-time values are."""
        return self.preference * math.pow(self.suspicion, SUSPICION_POWER)

    @property
    def prior_score(self) -> float:
        """The product of all factors: the order of rewrites where no scorer is given."""
        return self.plausibility * self.value_factor
