"""The measure of the objective `simplify`: fewer syntax nodes."""

from __future__ import annotations

from collections.abc import Sequence

from reloc_lsp.program.syntax_size import syntax_nodes
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.objective import Measured
from reloc_lsp.search.verdict import Verdict


class Simplicity:
    """Rewards what has fewer syntax nodes than the unchanged unit, by the share of them that is gone."""

    async def reward(
        self, task: Task, candidates: Sequence[Candidate], verdicts: Sequence[Verdict], parents: Sequence[Node]
    ) -> Sequence[float]:
        """The share of each candidate; 0 for what does not pass every test, or is not smaller."""
        before = syntax_nodes(task.source)
        return [
            max(0.0, 1 - syntax_nodes(candidate.source) / before) if verdict.green else 0.0
            for candidate, verdict in zip(candidates, verdicts, strict=True)
        ]

    async def measured(self, task: Task, source: str) -> Measured:
        """Both numbers of nodes."""
        after = syntax_nodes(source)
        return Measured(syntax_nodes(task.source), after, after, after, "syntax nodes")
