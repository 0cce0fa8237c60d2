"""The genetic algorithm: the two best of the population breed, and the child joins it (ReLoc section 3.4)."""

from __future__ import annotations

from collections.abc import Sequence

from reloc_lsp.search.algorithms.hill_climbing import MAX_EXPANSIONS
from reloc_lsp.search.candidate import Node


class TopTwoSelection:
    """Selects the two best nodes that have been parents fewer than `MAX_EXPANSIONS` times; no node is ever removed.

    With `paper` the score alone decides. Without it, of equally good nodes those that were parents less often come
    first, and no pair breeds twice: the second prompt would equal the first.
    """

    def __init__(self, paper: bool = False) -> None:
        self.paper = paper
        self._bred: set[frozenset[int]] = set()

    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """The two parents; empty where there are not two."""
        able = [node for node in nodes if node.expansions < MAX_EXPANSIONS and not node.rejected]
        if self.paper:
            best = sorted(able, key=lambda node: ([-value for value in node.score], node.identity))
            return best[:2] if len(best) > 1 else ()
        best = sorted(able, key=lambda node: ([-value for value in node.score], node.expansions, node.identity))
        pairs = ((first, second) for n, first in enumerate(best) for second in best[n + 1 :])
        pair = next((pair for pair in pairs if self._key(pair) not in self._bred), None)
        if pair is None:
            return ()
        self._bred.add(self._key(pair))
        return pair

    @staticmethod
    def _key(pair: Sequence[Node]) -> frozenset[int]:
        return frozenset(node.identity for node in pair)
