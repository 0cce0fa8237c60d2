"""A distribution-free confidence interval of the median."""

from __future__ import annotations

import math
from collections.abc import Sequence

CONFIDENCE = 0.95
"""Probability with which the interval contains the median. The usual value."""
MIN_VALUES = 6
"""Fewer values give no interval with this confidence: 2 / 2**5 is more than 0.05, and 2 / 2**6 is less."""


def median_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """Bounds of the median of the values' distribution, with 95 % confidence; `None` if there are too few values.

    The bounds are two of the values. As many values are below the lower bound as above the upper one: as many as the
    binomial distribution allows. This inverts the sign test (e.g. Conover, Practical Nonparametric Statistics, section
    3.2). No assumption is made about the distribution.
    """
    ordered, count = sorted(values), len(values)
    outside, left_out = 0.0, -1
    while True:
        outside += 2 * math.comb(count, left_out + 1) / 2**count
        if outside > 1 - CONFIDENCE:
            break
        left_out += 1
    return (ordered[left_out], ordered[count - 1 - left_out]) if left_out >= 0 else None
