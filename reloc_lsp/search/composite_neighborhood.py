"""Two neighbourhoods in one search: cheap neighbours at once, while a slow maker thinks of others."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from reloc_lsp.search.candidate import Candidate, Node
from reloc_lsp.search.protocols import Neighborhood
from reloc_lsp.search.updating import Updating


class CompositeNeighborhood:
    """The neighbourhood, and the rule that goes with it, of `fast` (rewrites) and `slow` (a model).

    The slow one works in the background on the node that its own rule picks; what it has made joins the next round.
    Only where the fast one has nothing left is it waited for. Its versions are nodes like all others: the fast one
    revises them, and it is asked for new ones from what the fast one found. `close` ends what is under way.
    """

    def __init__(
        self, fast: Neighborhood, fast_rule: Updating, slow: Neighborhood, slow_rule: Updating, count: int
    ) -> None:
        self.fast = fast
        self.fast_rule = fast_rule
        self.slow = slow
        self.slow_rule = slow_rule
        self.count = count
        self._making: asyncio.Task[Sequence[Candidate]] | None = None
        self._waiting = False
        self._asked: Counter[int] = Counter()
        self._dry: set[int] = set()

    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """The fast one's parent while it has one; else that of the slow one, which is then waited for."""
        self._keep_making(nodes)
        fast = self.fast_rule.parents(nodes)
        self._waiting = not fast and self._making is not None
        return nodes[:1] if self._waiting else fast

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        """What the slow one has made meanwhile, then neighbours by the fast one."""
        if self._waiting and self._making is not None:
            await asyncio.wait([self._making])
            return self._made()
        made = self._made()
        return [*made, *await self.fast.expand(parents, max(0, count - len(made)))]

    def learn(self, node: Node) -> None:
        """Both hear of every node."""
        self.fast.learn(node)
        self.slow.learn(node)

    async def close(self) -> None:
        """Stop the slow one."""
        if self._making is not None:
            self._making.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._making
            self._making = None

    def _keep_making(self, nodes: Sequence[Node]) -> None:
        if self._making is None:
            # How often the fast one was asked about a node is nothing to the slow one.
            whole = [self._as_seen(node) for node in nodes if node.verdict.complete]
            parents = self.slow_rule.parents(whole)
            if parents:
                self._making = asyncio.ensure_future(self._make(parents))

    async def _make(self, parents: Sequence[Node]) -> Sequence[Candidate]:
        made = await self.slow.expand(parents, self.count)
        self._asked.update(parent.identity for parent in parents)
        self._dry.update(parent.identity for parent in parents if not made)
        # Whatever it is made of, a version of the slow one is a start for the fast one.
        return [replace(candidate, depth=1) for candidate in made]

    def _as_seen(self, node: Node) -> Node:
        identity = node.identity
        return replace(node, expansions=self._asked[identity], exhausted=identity in self._dry)

    def _made(self) -> Sequence[Candidate]:
        if self._making is None or not self._making.done():
            return ()
        made, self._making = self._making.result(), None
        return made
