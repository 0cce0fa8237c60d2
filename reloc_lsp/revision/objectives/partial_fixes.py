"""Revisions that make some failing tests pass, but not all."""

from __future__ import annotations

from reloc_lsp.search.candidate import Node
from reloc_lsp.search.local_search import LocalSearch
from reloc_lsp.search.verdict import Outcome, Verdict


class PartialFixes:
    """The nodes of a search that pass more tests than the unchanged unit and lose none."""

    def __init__(self, unchanged: Verdict) -> None:
        self._unchanged = unchanged
        self._found: list[Node] = []
        self._nodes_seen = 0

    def best(self, search: LocalSearch, *, trusted: bool = False) -> list[Node]:
        """Those of them that pass the most tests; with `trusted` only those that no model wrote."""
        # Called after each node of a search: only the new nodes are checked.
        self._found += [node for node in search.nodes[self._nodes_seen :] if self._is_one(node)]
        self._nodes_seen = len(search.nodes)
        usable = [node for node in self._found if not node.rejected and (node.candidate.trusted or not trusted)]
        most = max((node.verdict.passed for node in usable), default=0)
        return [node for node in usable if node.verdict.passed == most]

    def loses_none(self, verdict: Verdict) -> bool:
        """Whether every test passes that passes with the unchanged unit, and every test of the confirmation."""
        unchanged = self._unchanged.results
        return all(
            result.outcome is Outcome.PASSED
            for test, result in verdict.results.items()
            if test not in unchanged or unchanged[test].outcome is Outcome.PASSED
        )

    def _is_one(self, node: Node) -> bool:
        verdict = node.verdict
        return verdict.complete and verdict.passed > self._unchanged.passed and self.loses_none(verdict)
