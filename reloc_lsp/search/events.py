"""What a search tells its readers: progress bars, editors, traces and tests read this one stream."""

from __future__ import annotations

from dataclasses import dataclass

from reloc_lsp.search.budget import Spending
from reloc_lsp.search.candidate import Node


@dataclass(frozen=True)
class Event:
    """Common to all events: the best node so far and what was spent."""

    best: Node
    spending: Spending


@dataclass(frozen=True)
class Started(Event):
    """The unchanged unit was judged; the search begins."""


@dataclass(frozen=True)
class Evaluated(Event):
    """One candidate was judged."""

    node: Node


@dataclass(frozen=True)
class Improved(Event):
    """`best` is new: it beats every node before it, rejected ones left out."""


@dataclass(frozen=True)
class Settled(Event):
    """Enough revisions pass every test. A reader that goes on reading asks for more of them."""

    passing: tuple[Node, ...]


@dataclass(frozen=True)
class Finished(Event):
    """The search ended: a bound was reached (`reason` names it) or the neighbourhood ran dry."""

    reason: str
    passing: tuple[Node, ...]
