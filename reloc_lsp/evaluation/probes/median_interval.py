"""An interval for a median, without a guess at how the values are spread."""

from __future__ import annotations

import math
from collections.abc import Sequence

CONFIDENCE = 0.95
FEWEST = 6
"""Fewer values bound no median with that confidence."""


def median_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """Two of the values, between which their distribution's median lies with 95 % confidence; `None` for too few.

    The `k` lowest and the `k` highest of `n` values are left out, as many as the binomial distribution allows (the
    sign test turned around; e.g. Conover, Practical Nonparametric Statistics, section 3.2).
    """
    ordered, count = sorted(values), len(values)
    outside, left_out = 0.0, -1
    while True:
        outside += 2 * math.comb(count, left_out + 1) / 2**count
        if outside > 1 - CONFIDENCE:
            break
        left_out += 1
    return (ordered[left_out], ordered[count - 1 - left_out]) if left_out >= 0 else None
