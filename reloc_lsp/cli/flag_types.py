"""What the values of flags may be: each function turns the text of a flag into a value, for the `type` of argparse.

Each raises `argparse.ArgumentTypeError` with the text and what is allowed.
"""

from __future__ import annotations

import argparse
import math


def whole_number(text: str) -> int:
    """A whole number of at least 0."""
    return int(_non_negative(int, text, "a whole number of at least 0"))


def seconds(text: str) -> float:
    """A number of seconds of at least 0."""
    return float(_non_negative(float, text, "a number of at least 0"))


def minutes(text: str) -> float:
    """A finite number of minutes above 0."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of minutes above 0")
    return number


def _non_negative(kind: type[float] | type[int], text: str, allowed: str) -> float:
    try:
        number = kind(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not {allowed}")
    return number
