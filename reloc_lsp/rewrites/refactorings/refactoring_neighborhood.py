"""The neighbourhood of refactorings: neighbours that behave the same by construction, which the tests confirm."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from reloc_lsp.program.comments import comment_counts
from reloc_lsp.program.source_text import split_lines
from reloc_lsp.program.text_edit import apply_edits
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.rewrites.unit_context import Operator, UnitContext
from reloc_lsp.search.candidate import Candidate, Node, Task

MIN_LINE_LIMIT = 88
"""Length in characters that every line may have: the default of common formatters."""


class RefactoringNeighborhood:
    """Each neighbour is one refactoring. It keeps all comments, and no line exceeds the longest one of the file."""

    def __init__(self, task: Task, module: ModuleContext, operators: Sequence[Operator]) -> None:
        self.task = task
        self.module = module
        self.operators = operators
        self._longest = max([MIN_LINE_LIMIT, *map(_length, split_lines(task.module))])
        self._comments = comment_counts(task.source)
        self._iterators: dict[int, Iterator[Candidate]] = {}

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        """The next `count` neighbours of the (one) parent."""
        (parent,) = parents
        candidates = self._iterators.setdefault(parent.identity, self._candidates(parent))
        found: list[Candidate] = []
        while len(found) < count and (candidate := next(candidates, None)) is not None:
            found.append(candidate)
            await asyncio.sleep(0)
        return found

    def learn(self, node: Node) -> None:
        """Nothing is learned: whether a refactoring keeps the meaning does not depend on verdicts of others."""

    def _candidates(self, parent: Node) -> Iterator[Candidate]:
        made = parent.candidate
        try:
            ctx = UnitContext(made.source, self.module)
        except SyntaxError:
            return
        for operator in self.operators:
            for rewrite in operator(ctx):
                source = apply_edits(made.source, rewrite.edits)
                if self._keeps_comments_and_width(source):
                    description = f"{made.description}; {rewrite.description}" if made.depth else rewrite.description
                    yield Candidate(
                        source, rewrite.operator, description, parent.identity, made.depth + 1, made.prior, made.trusted
                    )

    def _keeps_comments_and_width(self, source: str) -> bool:
        lost = self._comments - comment_counts(source)
        return not lost and max(map(_length, split_lines(source)), default=0) <= self._longest


def _length(line: str) -> int:
    return len(line.rstrip("\r\n"))
