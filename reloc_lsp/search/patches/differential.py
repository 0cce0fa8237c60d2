"""Revisions that pass the same tests may still differ: what they do with inputs that no test tries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trial:
    """A `call` of the unit as one writes it (empty where that is too long to read) and what came of it (`did`)."""

    call: str
    did: str


Trials = Mapping[int, Trial]
"""By the number of the input; inputs that were not tried to the end, or end now so and now otherwise, are missing."""


def differing(one: Trials, other: Trials) -> list[int]:
    """The inputs with which two versions do not do the same."""
    return [number for number, trial in one.items() if number in other and other[number].did != trial.did]


def telling(one: Trials, other: Trials) -> tuple[Trial, Trial] | None:
    """The input that shows the difference of two versions best: one that raises nothing, and a short one."""
    pairs = [(one[n], other[n]) for n in differing(one, other) if one[n].call]
    return min(pairs, key=_length, default=None)


def _length(pair: tuple[Trial, Trial]) -> tuple[int, int]:
    raising = sum(trial.did.startswith("raises") for trial in pair)
    return raising, len(pair[0].call) + sum(len(trial.did) for trial in pair)
