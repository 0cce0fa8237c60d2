"""Neighbours by reflection and by crossover (ReLoc 3.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from reloc_lsp.language_model.budgeted_model import Asking
from reloc_lsp.language_model.numbered_lists import listed
from reloc_lsp.language_model.prompts import Prompts
from reloc_lsp.search.candidate import Candidate, Node, Task

DIRECTIONS = 3


class Reflection:
    """Reflects on a version once, then revises it in each of three directions, all at once."""

    def __init__(self, task: Task, asking: Asking, prompts: Prompts) -> None:
        self.task = task
        self.asking = asking
        self.prompts = prompts
        self._tried: dict[int, list[str]] = {}

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        """Up to `count` revisions of the parents, three of each at the most."""
        shares = [range(start, min(start + DIRECTIONS, count)) for start in range(0, count, DIRECTIONS)]
        families = await asyncio.gather(
            *(self._children(parent, len(share)) for parent, share in zip(parents, shares, strict=False))
        )
        return [candidate for family in families for candidate in family]

    async def _children(self, parent: Node, count: int) -> Sequence[Candidate]:
        tried = self._tried.setdefault(parent.identity, [])
        replies = await self.asking.ask(lambda room: self.prompts.reflect(parent, DIRECTIONS, tried, room))
        if not replies:
            return ()
        explanation, directions = listed(replies[0].text, DIRECTIONS)
        # A model that gave no list gave one direction in prose; asked again it may say another thing.
        directions = (directions + [""] * DIRECTIONS)[:count]
        tried += filter(None, directions)
        revisions = await asyncio.gather(*(self._revise(parent, explanation, way) for way in directions))
        return [candidate for revision in revisions for candidate in revision]

    def learn(self, node: Node) -> None:
        """How a revision fared is told with the next reflection on it."""

    async def _revise(self, parent: Node, explanation: str, direction: str) -> list[Candidate]:
        source, depth = parent.candidate.source, parent.candidate.depth + 1
        versions = await self.asking.versions(
            self.task, source, lambda room: self.prompts.revise(parent, explanation, direction, room)
        )
        said = (direction or explanation or "revised").rstrip(". ")
        return [Candidate(version, "model: revision", said, parent.identity, depth) for version in versions]


class SelfRefinement:
    """Revises a version by the tests' words alone: one call, one revision."""

    def __init__(self, task: Task, asking: Asking, prompts: Prompts) -> None:
        self.task = task
        self.asking = asking
        self.prompts = prompts

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        """One revision of the (one) parent."""
        (parent,) = parents
        source, depth = parent.candidate.source, parent.candidate.depth + 1
        versions = await self.asking.versions(self.task, source, lambda room: self.prompts.revise(parent, "", "", room))
        return [Candidate(version, "model: revision", "revised", parent.identity, depth) for version in versions]

    def learn(self, node: Node) -> None:
        """The tests' words are in the next prompt."""


class Crossover:
    """Breeds one child of two parents: one prompt with both versions and what the tests say of each."""

    def __init__(self, task: Task, asking: Asking, prompts: Prompts) -> None:
        self.task = task
        self.asking = asking
        self.prompts = prompts

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        """The child, unless its reply could not be read."""
        first = parents[0]
        versions = await self.asking.versions(
            self.task, first.candidate.source, lambda room: self.prompts.cross(parents, room)
        )
        depth = max(parent.candidate.depth for parent in parents) + 1
        said = " and ".join(f"version {parent.identity}" for parent in parents) + " combined"
        return [Candidate(version, "model: crossover", said, first.identity, depth) for version in versions]

    def learn(self, node: Node) -> None:
        """The child joins the population."""
