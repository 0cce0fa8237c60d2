"""Hill climbing: our default rules (method.md), for a neighbourhood that is cheap and large."""

from __future__ import annotations

from collections.abc import Sequence

from reloc_lsp.search.candidate import Node


class HillClimbing:
    """Stay with a node while it has neighbours; leave it for a strict improvement, else sideways, else anywhere.

    `patience` is the number of neighbours a node is asked for before the others of its rank get their turn: an
    improvement may lead into a dead end, so the nodes it left behind keep a share of the search.
    The start keeps every second neighbour, for most bugs are one edit away from it, whatever else wins a test.
    Nodes that pass as many tests as the start (a plateau) are entered only when no better one is open.
    """

    def __init__(self, patience: int = 96, depth: int = 2) -> None:
        self.patience = patience
        self.depth = depth

    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """The incumbent of the next round."""
        start = nodes[0]
        open_nodes = [n for n in nodes if not n.exhausted and not n.verdict.green and n.candidate.depth < self.depth]
        if open_nodes and any(n.green for n in nodes):
            # What passes was found; what remains to be seen is whether something simpler does.
            return [min(open_nodes, key=lambda n: (n.candidate.depth, [-s for s in n.score], n.identity))]
        if start in open_nodes and start.asked <= sum(n.asked for n in nodes[1:]):
            return [start]
        climbing = [n for n in open_nodes if n is start or n.score[:2] > start.score[:2]]
        plateau = [n for n in open_nodes if n.score[0] >= start.score[0]]
        for group in (climbing, plateau, open_nodes):
            if group:
                best = min(group, key=lambda n: (n.asked // self.patience, [-s for s in n.score], n.identity))
                return [best]
        return []
