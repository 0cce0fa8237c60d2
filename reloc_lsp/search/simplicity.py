"""The measure of the objective `simplify`: fewer syntax nodes."""

from __future__ import annotations

from collections.abc import Sequence

from reloc_lsp.program.syntax_size import syntax_nodes
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.objective import Measurement
from reloc_lsp.search.verdict import Verdict


class Simplicity:
    """An `ObjectiveMeasure` that counts syntax nodes."""

    async def reward(
        self, task: Task, candidates: Sequence[Candidate], verdicts: Sequence[Verdict], parents: Sequence[Node]
    ) -> Sequence[float]:
        """The share of the unit's nodes that each candidate saves (0 to 1); 0 if it fails a test or is not smaller."""
        before = syntax_nodes(task.source)
        return [
            max(0.0, 1 - syntax_nodes(candidate.source) / before) if verdict.all_passed else 0.0
            for candidate, verdict in zip(candidates, verdicts, strict=True)
        ]

    async def measure(self, task: Task, source: str) -> Measurement:
        """The number of nodes before and after, which is exact."""
        after = syntax_nodes(source)
        return Measurement(syntax_nodes(task.source), after, after, after, "syntax nodes")
