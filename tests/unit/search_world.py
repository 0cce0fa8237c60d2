"""A small search problem: programs are numbers, and a table gives the number of tests that each passes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from reloc_lsp.search.budget import Budget, Spending
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.evaluation import lexicographic_score
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


def node(identity: int, passed: int, *, depth: int = 1, requested: int = 0, exhausted: bool = False) -> Node:
    candidate = Candidate(program(identity), "test", "", 0, depth)
    score = lexicographic_score(task(), candidate, verdict(passed), 0.0)
    return Node(identity, candidate, verdict(passed), score, 0.0, 0, requested, exhausted)


class Clock:
    """A clock that advances only when `now` is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Table:
    """An evaluator: `passes` maps a number to the tests it passes (1 if missing). An evaluation takes `seconds`."""

    def __init__(self, passes: Mapping[int, int], seconds: float = 1.0) -> None:
        self.passes, self.seconds = passes, seconds
        self.clock = Clock()
        self.evaluated: list[int] = []
        self.must_exceed: list[int] = []

    async def evaluate(self, candidates: Sequence[Candidate], must_exceed: int) -> Sequence[Verdict]:
        numbers = [number_of(candidate.source) for candidate in candidates]
        self.evaluated += numbers
        self.must_exceed.append(must_exceed)
        self.clock.now += self.seconds * len(numbers)
        return [verdict(self.passes.get(number, 1)) for number in numbers]

    def spending(self, **bounds: float | None) -> Spending:
        return Spending(Budget(**{"seconds": None, "evaluations": None} | bounds), self.clock)


class Tree:
    """A neighbourhood: `children` maps a number to those one revision away; nobody would write the `implausible`."""

    def __init__(self, children: Mapping[int, Sequence[int]], implausible: Sequence[int] = ()) -> None:
        self.waiting = {number: list(others) for number, others in children.items()}
        self.implausible = implausible
        self.learned: list[int] = []

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        (parent,) = parents
        waiting = self.waiting.get(number_of(parent.candidate.source), [])
        taken, waiting[:] = waiting[:count], waiting[count:]
        depth = parent.candidate.depth + 1
        priors = [-9.0 * (number in self.implausible) for number in taken]
        return [
            Candidate(program(number), "tree", f"{number}", parent.identity, depth, prior, trusted=True)
            for number, prior in zip(taken, priors, strict=True)
        ]

    def learn(self, node: Node) -> None:
        self.learned.append(number_of(node.candidate.source))
