"""Two neighbourhoods in one search: a fast one is used at once while a slow one works in the background."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from reloc_lsp.search.candidate import Candidate, Node
from reloc_lsp.search.neighborhood import Neighborhood
from reloc_lsp.search.updating import UpdateRule


class CompositeNeighborhood:
    """The neighbourhood and the update rule that combine `fast` (rewrites) and `slow` (a model).

    The slow one works in the background on the parents that its own rule picks, until it has made `count` neighbours
    that wait for the next round. It begins when the fast one was `tried` on enough nodes without success, and stops
    once a node passes. The search waits for it only when the fast one has no parents left. Each revises the nodes that
    came from the other. `close` stops the background work.
    """

    def __init__(
        self,
        fast: Neighborhood,
        fast_rule: UpdateRule,
        slow: Neighborhood,
        slow_rule: UpdateRule,
        *,
        count: int,
        tried: Callable[[int], bool] = lambda _: True,
    ) -> None:
        self.fast = fast
        self.fast_rule = fast_rule
        self.slow = slow
        self.slow_rule = slow_rule
        self.count = count
        self._tried = tried
        self._work: asyncio.Task[None] | None = None
        self._made: list[Candidate] = []
        self._arrived = asyncio.Event()
        self._nodes: Sequence[Node] = ()
        self._slow_is_wanted = False
        self._waits_for_slow = False
        self._slow_expansions: Counter[int] = Counter()
        self._exhausted_for_slow: set[int] = set()

    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """The parents of the fast rule. If it has none, it is the start, while the search waits for the slow one."""
        fast = self.fast_rule.parents(nodes)
        self._nodes = nodes
        self._slow_is_wanted = not fast or (self._tried(len(nodes)) and not any(node.all_passed for node in nodes))
        if self._work is None and self._slow_is_wanted and self._slow_parents():
            self._work = asyncio.ensure_future(self._expand_slow())
        self._waits_for_slow = not fast and (self._work is not None or bool(self._made))
        return nodes[:1] if self._waits_for_slow else fast

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        """What the slow one has finished, then neighbours of the fast one, up to `count` in all."""
        if self._waits_for_slow:
            await self._some_arrived()
            return self._finished()
        finished = self._finished()
        return [*finished, *await self.fast.expand(parents, max(0, count - len(finished)))]

    def learn(self, node: Node) -> None:
        """Pass the node to both neighbourhoods."""
        self.fast.learn(node)
        self.slow.learn(node)

    async def close(self) -> None:
        """Cancel the background work and wait until it has ended."""
        if self._work is not None:
            self._work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._work
            self._work = None

    async def _expand_slow(self) -> None:
        """Make neighbours of the slow one for as long as it is wanted, has parents, and few of them wait."""
        while self._slow_is_wanted and len(self._made) < self.count and (parents := self._slow_parents()):
            made = await self.slow.expand(parents, self.count)
            self._slow_expansions.update(parent.identity for parent in parents)
            self._exhausted_for_slow.update(parent.identity for parent in parents if not made)
            # Whatever its parent was, a version of the slow one is a new start for the fast one: one revision deep.
            self._made += [replace(candidate, depth=1) for candidate in made]
            if made:
                self._arrived.set()

    def _slow_parents(self) -> Sequence[Node]:
        return self.slow_rule.parents([self._for_slow(node) for node in self._nodes if node.verdict.complete])

    def _for_slow(self, node: Node) -> Node:
        """The node with the counts of the slow one: expansions by the fast one must not use up its turns."""
        identity = node.identity
        return replace(node, expansions=self._slow_expansions[identity], exhausted=identity in self._exhausted_for_slow)

    async def _some_arrived(self) -> None:
        """Wait until the slow one has made something, or has stopped."""
        if self._work is None or self._made:
            return
        arrival = asyncio.ensure_future(self._arrived.wait())
        try:
            await asyncio.wait([self._work, arrival], return_when=asyncio.FIRST_COMPLETED)
        finally:
            arrival.cancel()

    def _finished(self) -> Sequence[Candidate]:
        """What waits; raises what ended the background work, if something did."""
        if self._work is not None and self._work.done():
            work, self._work = self._work, None
            work.result()
        made, self._made = self._made, []
        self._arrived.clear()
        return made
