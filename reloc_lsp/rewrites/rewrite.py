"""What a rewrite is: a few spliced edits, the family it belongs to, and what may be known of it before it is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reloc_lsp.program.text_edit import Edit

if TYPE_CHECKING:
    from reloc_lsp.rewrites.source.unit_context import UnitContext


Branches = tuple[str | None, str | None]
"""What is returned at once where a condition holds and where it does not, `None` where nothing is."""


@dataclass(frozen=True, slots=True)
class ExpressionReplacement:
    """An expression `old` of the statement at `line` becomes `new`; `condition` if only its truth counts.

    `returned` is the line of the `return` that hands on its value as it is, 0 if there is none; `branches` are those
    of the condition.
    """

    line: int
    old: str
    new: str
    condition: bool = False
    returned: int = 0
    branches: Branches = (None, None)


@dataclass(frozen=True, slots=True)
class GuardInsertion:
    """A statement inserted before the one at `line` that acts only when `condition` holds.

    `value` is the expression that it returns, if it does.
    """

    line: int
    condition: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class ConditionExtension:
    """The condition `old` of the statement at `line`, which has these `branches`, becomes `old word extra`."""

    line: int
    old: str
    word: Literal["and", "or"]
    extra: str
    branches: Branches = (None, None)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One neighbour: `edits` of the unit's text, at `line` of it.

    `weight` is the family's own preference among its rewrites, around 1; `effect` lets a look at run-time values
    tell whether the rewrite can matter.
    """

    edits: tuple[Edit, ...]
    operator: str
    description: str
    line: int
    weight: float = 1.0
    effect: ExpressionReplacement | GuardInsertion | ConditionExtension | None = None


Operator = Callable[["UnitContext"], Iterator[Rewrite]]
"""A family of rewrites: from a unit to its neighbours of one kind."""
