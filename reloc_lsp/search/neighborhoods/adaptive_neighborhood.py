"""Several neighbourhoods of a model as one: which of them gets the next call is learned from what each gained."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.localization.mutation_localization import MutationLocalization
from reloc_lsp.search.neighborhood import Neighborhood
from reloc_lsp.search.neighborhoods.operator_selection import OperatorSelection

FIX_GAIN = 1.0
"""Gain of a version that passes all tests. The other gains are shares of it, chosen by hand."""
PROGRESS_GAIN = 0.3
"""Gain of a version that passes more tests than any before it."""
CHANGE_GAIN = 0.01
"""Gain of a version that fails otherwise than the unchanged unit and passes as many tests."""
MAX_FRUITLESS = 60
"""Turns in a row without a new version after which the neighbourhood is exhausted. Chosen by hand: a model that only
repeats itself must not be paid without end."""


@dataclass(frozen=True)
class Operator:
    """A neighbourhood among others: `parents` is how many nodes it needs, `gain` and `cost` are its prior."""

    neighborhood: Neighborhood
    gain: float
    cost: float
    parents: int = 1


class AdaptiveNeighborhood:
    """Asks one of its operators at a time, or `at_once` of them, until there is a new version.

    `spent` is what all operators have cost so far; they are asked only while `affordable` holds. The `localization`
    learns from every node that the search evaluates.
    """

    def __init__(
        self,
        task: Task,
        operators: Mapping[str, Operator],
        *,
        localization: MutationLocalization,
        spent: Callable[[], float],
        affordable: Callable[[], bool],
        at_once: int = 1,
        seed: int = 0,
    ) -> None:
        self.task = task
        self.operators = operators
        self.selection = OperatorSelection({name: (one.gain, one.cost) for name, one in operators.items()}, seed)
        self._localization = localization
        self._spent = spent
        self._affordable = affordable
        self._at_once = at_once
        self._made_by: dict[str, str] = {task.source: ""}
        self._fruitless = 0
        self._most_passed = task.verdict.passed

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        """New versions; none if no more calls are affordable, or too many of them brought nothing new."""
        while self._affordable() and self._fruitless < MAX_FRUITLESS:
            made = await self._turn(parents, count)
            if made:
                self._fruitless = 0
                return made
            self._fruitless += 1
            # An operator that asks nothing, because it has nothing to ask, must not hold the event loop.
            await asyncio.sleep(0)
        return ()

    def learn(self, node: Node) -> None:
        """Credit the operator that made the node with what it gained."""
        self._localization.learn(node)
        name = self._made_by.get(node.candidate.source)
        if name:
            self.selection.record(name, gain=self._gain(node))
        for operator in self.operators.values():
            operator.neighborhood.learn(node)

    async def _turn(self, parents: Sequence[Node], count: int) -> list[Candidate]:
        able = [name for name, operator in self.operators.items() if operator.parents <= len(parents)]
        chosen = [self.selection.choose(able) for _ in range(self._at_once)]
        before = self._spent()
        made = await asyncio.gather(*(self._ask(self.operators[name], parents, count) for name in chosen))
        cost = (self._spent() - before) / len(chosen)
        new: list[Candidate] = []
        for name, candidates in zip(chosen, made, strict=True):
            self.selection.record(name, cost=cost)
            for candidate in candidates:
                if candidate.source not in self._made_by:
                    self._made_by[candidate.source] = name
                    new.append(candidate)
        return new

    async def _ask(self, operator: Operator, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        return await operator.neighborhood.expand(parents[: operator.parents], count)

    def _gain(self, node: Node) -> float:
        if node.verdict.all_passed:
            return FIX_GAIN
        if node.verdict.passed > self._most_passed:
            self._most_passed = node.verdict.passed
            return PROGRESS_GAIN
        before = self.task.verdict
        differs = any(
            test in before.results and result.failure != before.results[test].failure
            for test, result in node.verdict.results.items()
        )
        return CHANGE_GAIN if differs and node.verdict.passed == before.passed else 0.0
