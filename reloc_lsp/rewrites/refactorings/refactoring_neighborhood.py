"""Neighbours that do the same by construction, in fewer words or less time; the tests verify what was constructed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from reloc_lsp.program.comments import comment_counts
from reloc_lsp.program.source_text import split_lines
from reloc_lsp.program.text_edit import apply_edits
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.rewrites.unit_context import Operator, UnitContext
from reloc_lsp.search.candidate import Candidate, Node, Task

USUAL_LINE = 88
"""Lines may always be as long as this."""


class RefactoringNeighborhood:
    """Each neighbour is one rewrite of the families. It keeps all comments and makes no line longer than lines are."""

    def __init__(self, task: Task, module: ModuleContext, operators: Sequence[Operator]) -> None:
        self.task = task
        self.module = module
        self.operators = operators
        self._longest = max([USUAL_LINE, *map(_length, split_lines(task.module))])
        self._comments = comment_counts(task.source)
        self._waiting: dict[int, Iterator[Candidate]] = {}

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        """The next `count` neighbours of the (one) parent."""
        (parent,) = parents
        stream = self._waiting.setdefault(parent.identity, self._candidates(parent))
        found: list[Candidate] = []
        while len(found) < count and (candidate := next(stream, None)) is not None:
            found.append(candidate)
            await asyncio.sleep(0)
        return found

    def learn(self, node: Node) -> None:
        """There is nothing to learn: a rewrite that keeps the meaning keeps it whatever came before."""

    def _candidates(self, parent: Node) -> Iterator[Candidate]:
        made = parent.candidate
        try:
            ctx = UnitContext(made.source, self.module)
        except SyntaxError:
            return
        for operator in self.operators:
            for rewrite in operator(ctx):
                source = apply_edits(made.source, rewrite.edits)
                if self._presentable(source):
                    said = f"{made.description}; {rewrite.description}" if made.depth else rewrite.description
                    yield Candidate(
                        source, rewrite.operator, said, parent.identity, made.depth + 1, made.prior, made.trusted
                    )

    def _presentable(self, source: str) -> bool:
        lost = self._comments - comment_counts(source)
        return not lost and max(map(_length, split_lines(source)), default=0) <= self._longest


def _length(line: str) -> int:
    return len(line.rstrip("\r\n"))
