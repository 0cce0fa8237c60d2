"""Two neighbourhoods in one search: the slow one works while the candidates of the fast one are evaluated."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from reloc_lsp.search.candidate import Candidate, Node
from reloc_lsp.search.neighborhoods.composite_neighborhood import CompositeNeighborhood
from reloc_lsp.search.verdict import Outcome, TestResult, Verdict

FAILING, PASSING = Outcome.FAILED, Outcome.PASSED


def node(identity: int, outcome: Outcome = FAILING) -> Node:
    return Node(identity, Candidate(f"x = {identity}\n", "test", ""), Verdict({"t": TestResult(outcome)}), (0.0,))


class Slow:
    """Makes one version whenever it is allowed to go on; after `most` of them it breaks down, or ends."""

    def __init__(self, most: int = 99, error: Exception | None = None) -> None:
        self.go_on, self.asked, self.most, self.error = asyncio.Semaphore(0), 0, most, error

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        self.asked += 1
        await self.go_on.acquire()
        if self.asked > self.most:
            if self.error:
                raise self.error
            return ()
        return [Candidate(f"y = {self.asked}\n", "slow", "")]

    def learn(self, node: Node) -> None: ...


class Fast(Slow):
    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        return [Candidate("z = 1\n", "fast", "")]


class AllButExhausted:
    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        return [one for one in nodes if not one.exhausted][:1]


class Nobody:
    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        return ()


def composite(slow: Slow, *, fast_has_parents: bool = True, count: int = 3) -> CompositeNeighborhood:
    fast_rule = AllButExhausted() if fast_has_parents else Nobody()
    return CompositeNeighborhood(Fast(), fast_rule, slow, AllButExhausted(), count=count)


async def let_it_work() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_the_slow_one_goes_on_while_the_fast_one_is_busy_until_enough_waits():
    slow, nodes = Slow(), [node(0)]
    both = composite(slow, count=2)
    both.parents(nodes)
    for _ in range(5):
        slow.go_on.release()
    await let_it_work()
    assert slow.asked == 2
    made = await both.expand(both.parents(nodes), 8)
    assert [candidate.source for candidate in made] == ["y = 1\n", "y = 2\n", "z = 1\n"]
    both.parents(nodes)
    await let_it_work()
    assert slow.asked == 4
    await both.close()


async def test_the_search_waits_for_the_slow_one_if_nothing_else_is_left():
    slow, nodes = Slow(most=1), [node(0)]
    both = composite(slow, fast_has_parents=False)
    waiting = asyncio.ensure_future(both.expand(both.parents(nodes), 8))
    await let_it_work()
    assert not waiting.done()
    slow.go_on.release()
    assert [candidate.source for candidate in await waiting] == ["y = 1\n"]
    slow.go_on.release()
    assert not await both.expand(both.parents(nodes), 8)
    assert not both.parents(nodes)


async def test_no_further_question_is_asked_once_a_node_passes():
    slow, nodes = Slow(), [node(0)]
    both = composite(slow)
    both.parents(nodes)
    await let_it_work()
    nodes.append(node(1, PASSING))
    both.parents(nodes)
    slow.go_on.release()
    await let_it_work()
    assert slow.asked == 1
    await both.close()


async def test_an_error_of_the_slow_one_ends_the_search():
    slow, nodes = Slow(most=0, error=ValueError("lost")), [node(0)]
    both = composite(slow)
    parents = both.parents(nodes)
    slow.go_on.release()
    await let_it_work()
    with pytest.raises(ValueError, match="lost"):
        await both.expand(parents, 8)
