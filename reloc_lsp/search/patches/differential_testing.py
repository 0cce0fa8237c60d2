"""Differential testing: revisions that pass the same tests are compared on inputs that no test uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Observation:
    """One call of the unit and its `result`, such as `returns 3` or `raises KeyError`.

    `call` is source text; it is empty where that would be too long to read.
    """

    call: str
    result: str


Observations = Mapping[int, Observation]
"""Observations by the number of the input. Inputs whose call did not end, or is not deterministic, are missing."""


def differing_inputs(one: Observations, other: Observations) -> list[int]:
    """The numbers of the inputs on which two versions have different results."""
    return [number for number, seen in one.items() if number in other and other[number].result != seen.result]


def clearest_difference(one: Observations, other: Observations) -> tuple[Observation, Observation] | None:
    """The observations, one of each version, that show a difference best: without exceptions, then the shortest."""
    pairs = [(one[n], other[n]) for n in differing_inputs(one, other) if one[n].call]
    return min(pairs, key=_reading_effort, default=None)


def _reading_effort(pair: tuple[Observation, Observation]) -> tuple[int, int]:
    """Number of exceptions, then number of characters."""
    raising = sum(seen.result.startswith("raises") for seen in pair)
    return raising, len(pair[0].call) + sum(len(seen.result) for seen in pair)
