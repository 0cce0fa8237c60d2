"""What a search is for: to repair, or to make better what already passes, the tests being the guard (method.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["fix", "simplify", "speed-up", "instruct"]


@dataclass(frozen=True, slots=True)
class Objective:
    """`fix`: until the tests pass. The others begin where they all do, and only versions that pass them may win.

    `simplify` wants fewer syntax nodes, `speed-up` less CPU time in the tests, `instruct` what `instruction` says.
    """

    kind: Kind = "fix"
    instruction: str = ""

    @property
    def repairs(self) -> bool:
        """Whether tests are to be won."""
        return self.kind == "fix"

    @property
    def measured(self) -> bool:
        """Whether a number tells the better of two versions that pass."""
        return self.kind in ("simplify", "speed-up")


FIX = Objective()


@dataclass(frozen=True, slots=True)
class Measured:
    """What the unchanged unit and a version of it measure in `unit`; less is better.

    `low` and `high` bound `after` with 95 % confidence; they are `after` itself where there is nothing to doubt.
    """

    before: float
    after: float
    low: float
    high: float
    unit: str

    @property
    def better(self) -> bool:
        """Whether the version is better for certain, or as good as certain."""
        return self.high < self.before
