"""Component 2, neighbourhood generation: which programs are one revision away? (ReLoc section 3.2)

Neighbourhoods are implemented elsewhere, with rewrites (`rewrites/`) and with a model (`language_model/`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from reloc_lsp.search.candidate import Candidate, Node


class Neighborhood(Protocol):
    """Makes neighbours of nodes: by rewrites, or with a model."""

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        """Up to `count` new neighbours of the parents; an empty answer means that the parents have no more."""
        ...

    def learn(self, node: Node) -> None:
        """Take account of the verdict of an evaluated neighbour."""
        ...
