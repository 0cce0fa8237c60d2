"""The events of a search: progress bars, editors, the trace file and tests all read this one stream."""

from __future__ import annotations

from dataclasses import dataclass

from reloc_lsp.search.budget import Spending
from reloc_lsp.search.candidate import Node


@dataclass(frozen=True)
class Event:
    """What all events have: the best node so far, and what has been spent."""

    best: Node
    spending: Spending


@dataclass(frozen=True)
class Started(Event):
    """The search begins; the unchanged unit has been evaluated."""


@dataclass(frozen=True)
class Evaluated(Event):
    """The candidate of `node` was evaluated. `best` is the best node of its whole round."""

    node: Node


@dataclass(frozen=True)
class Improved(Event):
    """`best` is new: it beats every earlier node that is not rejected."""


@dataclass(frozen=True)
class Settled(Event):
    """Enough revisions pass every test to choose among them. A reader that reads on makes the search find more."""

    passing: tuple[Node, ...]


@dataclass(frozen=True)
class Finished(Event):
    """The search ended. `reason` is the bound that was reached, or `neighbourhood` if no neighbours are left."""

    reason: str
    passing: tuple[Node, ...]
