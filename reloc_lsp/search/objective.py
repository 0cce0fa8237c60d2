"""What a search is for: to repair a unit, or to improve one that already passes, with the tests as a guard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["fix", "simplify", "speed-up", "instruct"]


@dataclass(frozen=True, slots=True)
class Objective:
    """`fix` searches until the tests pass. The others start from passing tests, and only versions that pass can win.

    `simplify` wants fewer syntax nodes, `speed-up` less CPU time in the tests, `instruct` what `instruction` says.
    """

    kind: Kind = "fix"
    instruction: str = ""

    @property
    def repairs(self) -> bool:
        """Whether the aim is to make failing tests pass."""
        return self.kind == "fix"

    @property
    def is_measured(self) -> bool:
        """Whether a number decides which of two passing versions is better."""
        return self.kind in ("simplify", "speed-up")


FIX = Objective()


@dataclass(frozen=True, slots=True)
class Measurement:
    """The measure of the unchanged unit (`before`) and of a version of it (`after`), in `unit`; lower is better.

    `low` and `high` are the 95 % confidence interval of `after`; both equal `after` where the measure is exact.
    """

    before: float
    after: float
    low: float
    high: float
    unit: str

    @property
    def better(self) -> bool:
        """Whether the version is better with 95 % confidence."""
        return self.high < self.before
