"""What a rewrite is: a few spliced edits, the family it belongs to, and what may be known of it before it is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reloc_lsp.program.edit import Edit

if TYPE_CHECKING:
    from reloc_lsp.rewrites.context import UnitContext


@dataclass(frozen=True, slots=True)
class Swap:
    """An expression `old` of the statement at `line` becomes `new`; `condition` if only its truth counts."""

    line: int
    old: str
    new: str
    condition: bool = False


@dataclass(frozen=True, slots=True)
class Guard:
    """A statement inserted before the one at `line` that acts only when `condition` holds."""

    line: int
    condition: str


@dataclass(frozen=True, slots=True)
class Joined:
    """The condition `old` of the statement at `line` becomes `old word extra`."""

    line: int
    old: str
    word: Literal["and", "or"]
    extra: str


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One neighbour: `edits` of the unit's text, at `line` of it.

    `weight` is the family's own preference among its rewrites, around 1; `effect` lets a look at run-time values
    tell whether the rewrite can matter.
    """

    edits: tuple[Edit, ...]
    family: str
    description: str
    line: int
    weight: float = 1.0
    effect: Swap | Guard | Joined | None = None


Family = Callable[["UnitContext"], Iterator[Rewrite]]
"""A family of rewrites: from a unit to its neighbours of one kind."""
