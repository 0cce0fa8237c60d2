"""Hill climbing with a model: few neighbours, each dear."""

from __future__ import annotations

from collections.abc import Sequence

from reloc_lsp.search.candidate import Node

MOST_EXPANSIONS = 3


class ModelHillClimbing:
    """Our default: go on from strict improvements, else from the best sideways moves, else from the best open nodes.

    `width` nodes at the most are gone on from at once: a server answers many prompts in the time of one. A node may be
    reflected on three times, but first all that are as good have their turn.
    """

    def __init__(self, width: int = 3) -> None:
        self.width = width

    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """The incumbents of the next round, the best first."""
        usable = [node for node in nodes if not (node.green or node.rejected or node.exhausted)]
        able = [node for node in usable if node.expansions < MOST_EXPANSIONS]
        able.sort(key=lambda node: (node.score[:1], -node.expansions, node.score, -node.identity), reverse=True)
        # A worse node beside a better one would take the better one's calls.
        return [node for node in able if node.score[:1] == able[0].score[:1]][: self.width]


class PaperHillClimbing:
    """The paper's: the top-scored among the incumbent and its children that has not been expanded yet.

    A round asks for three revisions, with which a node is spent. So the search moves to the best child even where that
    is worse, and with none eligible to the best unexpanded node anywhere. It does not stop where all tests pass.
    """

    def __init__(self) -> None:
        self._incumbent: int | None = None

    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """The incumbent of the next round."""
        able = [node for node in nodes if node.expansions == 0]
        near = [n for n in able if self._incumbent is not None and n.candidate.parent == self._incumbent]
        group = near or able
        if not group:
            return ()
        best = max(group, key=lambda node: (node.score, -node.identity))
        self._incumbent = best.identity
        return [best]


class NewestNode:
    """Plain self-refinement: always go on from the newest version."""

    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """The last node, unless it passes or was asked in vain."""
        last = nodes[-1]
        return () if last.green or last.expansions >= MOST_EXPANSIONS else [last]


class NoExpansion:
    """Best-of-N: there are drafts and nothing more."""

    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """None."""
        return ()
