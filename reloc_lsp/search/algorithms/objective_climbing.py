"""Climbing among versions that all pass their tests: by what the objective measures."""

from __future__ import annotations

from collections.abc import Sequence

from reloc_lsp.search.candidate import Node


class ObjectiveClimbing:
    """Go on from the best version, then from the next best ones, until the `width` best have no more neighbours.

    Only what passes every test and is strictly better than the unchanged unit is gone on from, and the unchanged unit
    itself. A node is a parent `most` times at the most.
    """

    def __init__(self, width: int = 3, most: float = float("inf")) -> None:
        self.width = width
        self.most = most

    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """The incumbent of the next round."""
        able = [node for node in nodes if node.green and (node.identity == 0 or node.reward > 0)]
        best = sorted(able, key=lambda node: (-node.reward, node.identity))[: self.width]
        return [node for node in best if not node.exhausted and node.expansions < self.most][:1]
