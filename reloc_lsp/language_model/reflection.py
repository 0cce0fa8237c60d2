"""Neighbourhoods of a model: reflection and crossover (ReLoc paper, section 3.2), and self-refinement."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from reloc_lsp.language_model.budgeted_model import BudgetedModel
from reloc_lsp.language_model.prompts import Prompts
from reloc_lsp.language_model.replies.numbered_lists import parse_list
from reloc_lsp.search.candidate import Candidate, Node, Task

DIRECTIONS = 3
"""Directions for revision that one reflection asks for, as in the authors' released code."""


class Reflection:
    """Reflects on a version in one request, then revises it in each of three directions, in parallel."""

    def __init__(self, task: Task, model: BudgetedModel, prompts: Prompts) -> None:
        self.task = task
        self.model = model
        self.prompts = prompts
        self._tried: dict[int, list[str]] = {}

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        """Up to `count` revisions of the parents, at most three of each."""
        shares = [range(start, min(start + DIRECTIONS, count)) for start in range(0, count, DIRECTIONS)]
        families = await asyncio.gather(
            *(self._revisions(parent, len(share)) for parent, share in zip(parents, shares, strict=False))
        )
        return [candidate for family in families for candidate in family]

    def learn(self, node: Node) -> None:
        """Nothing: the next reflection on a revision receives its test results in the prompt."""

    async def _revisions(self, parent: Node, count: int) -> Sequence[Candidate]:
        tried = self._tried.setdefault(parent.identity, [])
        replies = await self.model.complete(lambda limit: self.prompts.reflect(parent, DIRECTIONS, tried, limit))
        if not replies:
            return ()
        explanation, directions = parse_list(replies[0].text, DIRECTIONS)
        # A reply without a list is one direction in prose. The missing ones are filled with requests without a
        # direction, to which the model may reply differently each time.
        directions = (directions + [""] * DIRECTIONS)[:count]
        tried += filter(None, directions)
        revisions = await asyncio.gather(*(self._revise(parent, explanation, direction) for direction in directions))
        return [candidate for revision in revisions for candidate in revision]

    async def _revise(self, parent: Node, explanation: str, direction: str) -> list[Candidate]:
        source, depth = parent.candidate.source, parent.candidate.depth + 1
        versions = await self.model.versions(
            self.task, source, lambda limit: self.prompts.revise(parent, explanation, direction, limit)
        )
        description = (direction or explanation or "revised").rstrip(". ")
        return [Candidate(version, "model: revision", description, parent.identity, depth) for version in versions]


class SelfRefinement:
    """Revises a version from its test results alone: one request, one revision."""

    def __init__(self, task: Task, model: BudgetedModel, prompts: Prompts) -> None:
        self.task = task
        self.model = model
        self.prompts = prompts

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        """One revision of the first parent."""
        parent = parents[0]
        source, depth = parent.candidate.source, parent.candidate.depth + 1
        versions = await self.model.versions(
            self.task, source, lambda limit: self.prompts.revise(parent, "", "", limit)
        )
        return [Candidate(version, "model: revision", "revised", parent.identity, depth) for version in versions]

    def learn(self, node: Node) -> None:
        """Nothing: the next prompt contains the test results."""


class Crossover:
    """Combines two parents into one child: one prompt with both versions and the test results of each."""

    def __init__(self, task: Task, model: BudgetedModel, prompts: Prompts) -> None:
        self.task = task
        self.model = model
        self.prompts = prompts

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        """The child, unless its reply could not be parsed."""
        first = parents[0]
        versions = await self.model.versions(
            self.task, first.candidate.source, lambda limit: self.prompts.cross(parents, limit)
        )
        depth = max(parent.candidate.depth for parent in parents) + 1
        description = " and ".join(f"version {parent.identity}" for parent in parents) + " combined"
        return [Candidate(version, "model: crossover", description, first.identity, depth) for version in versions]

    def learn(self, node: Node) -> None:
        """Nothing: the child joins the population."""
