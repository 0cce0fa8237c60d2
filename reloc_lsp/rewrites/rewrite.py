"""What a rewrite is: edits of the unit's text, the operator that made it, and the effect that values can check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reloc_lsp.program.text_edit import Edit

BranchReturns = tuple[str | None, str | None]
"""The expressions that are returned at once where a condition holds and where it fails; `None` where nothing is."""


@dataclass(frozen=True, slots=True)
class ExpressionReplacement:
    """The pure expression `old` of the statement at `line` becomes `new`.

    `condition` says whether only its truth value matters; then `branches` are the returns of its branches.
    `returned_at` is the line of the `return` that returns its value unchanged, 0 if there is none.
    """

    line: int
    old: str
    new: str
    condition: bool = False
    returned_at: int = 0
    branches: BranchReturns = (None, None)


@dataclass(frozen=True, slots=True)
class GuardInsertion:
    """A statement that acts only when `condition` holds is inserted before the one at `line`.

    `value` is the expression that it returns, if it returns one.
    """

    line: int
    condition: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class ConditionExtension:
    """The condition `old` of the statement at `line` becomes `old word extra`; `branches` are its branches' returns."""

    line: int
    old: str
    word: Literal["and", "or"]
    extra: str
    branches: BranchReturns = (None, None)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One neighbour of a unit: `edits` of its text, at `line` of it.

    `operator` is the name that features and traces give to its mutation operator. `weight` is the operator's preference
    among its own rewrites, around 1. `effect` describes the change where run-time values can show whether it matters.
    """

    edits: tuple[Edit, ...]
    operator: str
    description: str
    line: int
    weight: float = 1.0
    effect: ExpressionReplacement | GuardInsertion | ConditionExtension | None = None
