"""Baselines without local search: self-refinement and best-of-n."""

from __future__ import annotations

from collections.abc import Sequence

from reloc_lsp.search.algorithms.hill_climbing import MAX_EXPANSIONS
from reloc_lsp.search.candidate import Node


class NewestNode:
    """Self-refinement: always revise the newest version."""

    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """The last node, unless it passes or has had `MAX_EXPANSIONS` turns without a new version."""
        last = nodes[-1]
        return () if last.all_passed or last.expansions >= MAX_EXPANSIONS else [last]


class NoExpansion:
    """Best-of-n: the drafts are evaluated and none is revised."""

    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """No parents."""
        return ()
