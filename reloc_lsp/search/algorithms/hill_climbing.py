"""Hill climbing (ReLoc section 3.4): the default rule, the rule for a model, the paper's, and that for objectives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reloc_lsp.search.candidate import Node

MAX_EXPANSIONS = 3
"""How many times a node may be a parent where a model makes the neighbours: the paper's number."""


class HillClimbing:
    """The default, for a neighbourhood that is cheap and large: stay with a node while it has neighbours.

    Better nodes are expanded first, then those that pass as many tests as the start (the plateau), then any others.
    After every `turn` requested neighbours a node yields to the other nodes of its group, since an improvement may be a
    dead end. The start gets every second neighbour, because most bugs are one edit away from it. Nodes that are
    `max_depth` revisions from the start are not expanded. Both defaults were chosen by hand.
    """

    def __init__(self, turn: int = 96, max_depth: int = 2) -> None:
        self.turn = turn
        self.max_depth = max_depth

    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """The incumbent of the next round."""
        start = nodes[0]
        open_nodes = [
            n for n in nodes if not n.exhausted and not n.verdict.all_passed and n.candidate.depth < self.max_depth
        ]
        if open_nodes and any(n.all_passed for n in nodes):
            # A passing revision is known; the open question is whether a simpler one passes too.
            return [min(open_nodes, key=lambda n: (n.candidate.depth, [-s for s in n.score], n.identity))]
        if start in open_nodes and start.requested <= sum(n.requested for n in nodes[1:]):
            return [start]
        # The first two parts of the score count tests; reward and size alone are no improvement.
        better = [n for n in open_nodes if n is start or n.score[:2] > start.score[:2]]
        plateau = [n for n in open_nodes if n.score[0] >= start.score[0]]
        for group in (better, plateau, open_nodes):
            if group:
                return [min(group, key=lambda n: (n.requested // self.turn, [-s for s in n.score], n.identity))]
        return []


class ModelHillClimbing:
    """The default with a model, whose neighbours are few and expensive: stay with the best node for some turns.

    Nodes that pass more tests than the start come first, then the start, which gets every second turn in any case;
    after `turn` expansions a node yields to others that pass as many tests (4, chosen by hand). Nodes that pass fewer
    tests than the start are never expanded. No node is used up, because another question may be asked about it: one
    that is exhausted means that there are no more questions. The second parent, for a crossover, is another node that
    passes no fewer tests than the start.
    """

    def __init__(self, turn: int = 4) -> None:
        self.turn = turn
        self._turns: Counter[int] = Counter()

    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """The incumbent of the next round, and its partner if there is one."""
        start = nodes[0]
        able = [n for n in nodes if not (n.all_passed or n.rejected) and n.score[0] >= start.score[0]]
        if any(node.exhausted for node in nodes) or not able:
            return []
        better = [node for node in able if node.score[0] > start.score[0]]
        of_start = start in able and self._turns[start.identity] <= sum(self._turns[n.identity] for n in better)
        incumbent = start if of_start or not better else min(better, key=self._order)
        self._turns[incumbent.identity] += 1
        partners = [node for node in able if node is not incumbent and node is not start]
        return [incumbent, *([min(partners, key=self._order)] if partners else [])]

    def _order(self, node: Node) -> tuple[float, ...]:
        return (self._turns[node.identity] // self.turn, *(-part for part in node.score), node.identity)


class PaperHillClimbing:
    """The paper's rule: the best of the incumbent's children that was never expanded, even if it is worse.

    If no child is left, the best node anywhere that was never expanded. A round requests three revisions, which uses
    the node up. The search does not stop when all tests pass.
    """

    def __init__(self) -> None:
        self._incumbent: int | None = None

    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """The incumbent of the next round."""
        able = [node for node in nodes if node.expansions == 0]
        children = [n for n in able if self._incumbent is not None and n.candidate.parent == self._incumbent]
        group = children or able
        if not group:
            return ()
        best = max(group, key=lambda node: (node.score, -node.identity))
        self._incumbent = best.identity
        return [best]


class ObjectiveClimbing:
    """The rule for an objective where all tests pass already: expand the version with the highest reward.

    When that one is exhausted the next best follows, within the `width` best (3, chosen by hand). Only the unchanged
    unit and passing versions with a reward above 0 are expanded, each at most `max_expansions` times.
    """

    def __init__(self, width: int = 3, max_expansions: float = float("inf")) -> None:
        self.width = width
        self.max_expansions = max_expansions

    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """The incumbent of the next round."""
        able = [node for node in nodes if node.all_passed and (node.identity == 0 or node.reward > 0)]
        best = sorted(able, key=lambda node: (-node.reward, node.identity))[: self.width]
        return [node for node in best if not node.exhausted and node.expansions < self.max_expansions][:1]
