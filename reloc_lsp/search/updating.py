"""Component 4, incumbent updating: which nodes are revised next? (ReLoc section 3.4)"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from reloc_lsp.search.candidate import Node


class UpdateRule(Protocol):
    """Picks the parents of the next round."""

    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """The parents among all `nodes` so far (the first is the unchanged unit); an empty answer ends the search."""
        ...
