"""A small world to search in: programs are numbers, and a table says how many of their tests pass."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from reloc_lsp.search.budget import Budget, Spending
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.evaluation import tests_first as by_tests_first
from reloc_lsp.search.verdict import Outcome, Verdict
from reloc_lsp.search.verdict import TestResult as Result

TESTS = 4


def program(number: int) -> str:
    return f"def f():\n    return {number}\n"


def number_of(source: str) -> int:
    found = re.search(r"return (-?\d+)", source)
    assert found
    return int(found.group(1))


def verdict(passed: int, total: int = TESTS) -> Verdict:
    outcomes = [Outcome.PASSED] * passed + [Outcome.FAILED] * (total - passed)
    return Verdict({f"test_{n}": Result(outcome) for n, outcome in enumerate(outcomes)})


def task(source: str = program(0), passed: int = 1, test_literals: frozenset[str] = frozenset()) -> Task:
    return Task("m.py", "f", source, 0, len(source), 1, verdict(passed), test_literals=test_literals)


def node(identity: int, passed: int, *, depth: int = 1, asked: int = 0, exhausted: bool = False) -> Node:
    candidate = Candidate(program(identity), "test", "", 0, depth)
    score = by_tests_first(task(), candidate, verdict(passed), 0.0)
    return Node(identity, candidate, verdict(passed), score, 0.0, 0, asked, exhausted)


class Clock:
    """A clock that only goes on when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Table:
    """An evaluator: `passes` says how many tests a number passes, one where it is silent. Each takes `seconds`."""

    def __init__(self, passes: Mapping[int, int], seconds: float = 1.0) -> None:
        self.passes, self.seconds = passes, seconds
        self.clock = Clock()
        self.judged: list[int] = []
        self.to_beat: list[int] = []

    async def evaluate(self, candidates: Sequence[Candidate], to_beat: int) -> Sequence[Verdict]:
        numbers = [number_of(candidate.source) for candidate in candidates]
        self.judged += numbers
        self.to_beat.append(to_beat)
        self.clock.now += self.seconds * len(numbers)
        return [verdict(self.passes.get(number, 1)) for number in numbers]

    def spending(self, **bounds: float | None) -> Spending:
        return Spending(Budget(**{"seconds": None, "evaluations": None} | bounds), self.clock)


class Tree:
    """A neighbourhood: `children` says which numbers are one revision away, `strange` which ones nobody would write."""

    def __init__(self, children: Mapping[int, Sequence[int]], strange: Sequence[int] = ()) -> None:
        self.waiting = {number: list(others) for number, others in children.items()}
        self.strange = strange
        self.learnt: list[int] = []

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        (parent,) = parents
        waiting = self.waiting.get(number_of(parent.candidate.source), [])
        taken, waiting[:] = waiting[:count], waiting[count:]
        depth = parent.candidate.depth + 1
        priors = [-9.0 * (number in self.strange) for number in taken]
        return [
            Candidate(program(number), "tree", f"{number}", parent.identity, depth, prior, trusted=True)
            for number, prior in zip(taken, priors, strict=True)
        ]

    def learn(self, node: Node) -> None:
        self.learnt.append(number_of(node.candidate.source))
