"""The neighbourhood without a model: each neighbour once, the promising ones first, the same order in every process."""

from __future__ import annotations

import ast
import asyncio
import gc
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import replace

import pytest
from search_world import verdict

from reloc_lsp.reward.linear_reward import INITIAL_WEIGHTS, LinearReward
from reloc_lsp.rewrites.neighborhood import RewriteNeighborhood
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.search.candidate import Candidate, FaultEvidence, Node, Task
from reloc_lsp.search.interfaces.runtime_values import RuntimeValues

UNIT = "def f(a, b):\n    if a < b:\n        a = a - 1\n    return a * b\n"
INTS = {"a": frozenset({"int"}), "b": frozenset({"int"})}


def task_of(source: str = UNIT, suspicion: Mapping[int, float] | None = None, before: str = "") -> Task:
    evidence = FaultEvidence(suspicion or {}, INTS)
    first = before.count("\n") + 1
    whole = before + source
    return Task("m.py", "f", whole, len(before), len(whole), first, verdict(2), evidence)


def neighbours(task: Task, probe=None, seed: int = 0, scorer=None) -> tuple[RewriteNeighborhood, Node]:
    module = ModuleContext(ast.parse(task.module), "f", task.evidence.types)
    return RewriteNeighborhood(task, module, probe, seed, scorer), start_of(task)


def start_of(task: Task) -> Node:
    return Node(0, Candidate(task.source, "unchanged", ""), task.verdict, ())


async def all_of(hood: RewriteNeighborhood, node: Node, at_once: int = 50) -> list[Candidate]:
    found: list[Candidate] = []
    while some := await hood.expand([node], at_once):
        assert len(some) <= at_once
        found += some
    return found


async def test_each_neighbour_is_given_out_once():
    found = await all_of(*neighbours(task_of()))
    sources = [candidate.source for candidate in found]
    assert len(set(sources)) == len(sources) > 200 and UNIT not in sources
    assert {"def f(a, b):\n    if a <= b:\n        a = a - 1\n    return a * b\n"} <= set(sources)
    for candidate in found:
        assert (candidate.parent, candidate.depth) == (0, 1) and candidate.description and candidate.origin


async def test_plausible_neighbours_come_first():
    priors = [candidate.prior for candidate in await all_of(*neighbours(task_of()))]
    quarter = len(priors) // 4
    assert min(priors[:quarter]) > statistics.mean(priors[-quarter:])


async def test_run_time_values_change_the_order_and_not_the_plausibility():
    def plain(candidates: list[Candidate]) -> dict[str, float]:
        return {c.source: c.prior for c in candidates if c.origin in ("comparison", "arithmetic", "variable")}

    before, after = [plain(await all_of(*neighbours(task_of(), probe))) for probe in (None, Probe())]
    assert before == after and list(before) != list(after)


async def test_a_neighbour_has_neighbours():
    hood, start = neighbours(task_of())
    child = (await hood.expand([start], 1))[0]
    node = Node(7, child, verdict(2), ())
    (grandchild,) = await hood.expand([node], 1)
    assert (grandchild.parent, grandchild.depth) == (7, 2)


async def test_only_lines_that_failing_tests_run_are_rewritten():
    before = "import os\n\n\n"
    suspicion = {5: 0.0, 6: 0.2, 7: 1.0}
    found = await all_of(*neighbours(task_of(UNIT, suspicion, before)))
    assert all("if a < b:\n" in candidate.source or "a = a - 1" not in candidate.source for candidate in found[:20])
    first = [candidate.source for candidate in found[:20]]
    assert sum("    return a * b\n" not in source for source in first) > 10


async def test_form_feeds_and_strange_separators_do_not_shift_suspicion():
    unit = "def f(a, b):\n\x0c\n    x = '\u2028\x0b'\n    if a < b:\n        return a\n    return b\n"
    hood, start = neighbours(task_of(unit, {4: 1.0}))
    found = await hood.expand([start], 10)
    assert all("    return b\n" in candidate.source and "'\u2028\x0b'" in candidate.source for candidate in found)
    assert all("if a < b:\n" not in candidate.source for candidate in found[:5])


async def test_success_of_an_operator_raises_its_rewrites():
    hood, start = neighbours(task_of())
    operator = "comparison"
    before = await all_of(*neighbours(task_of()))
    for number in range(5):
        hood.learn(Node(number, Candidate("", operator, ""), verdict(3), ()))
    after = await all_of(hood, start)

    def ranks(found: list[Candidate]) -> int:
        return sum(rank for rank, candidate in enumerate(found) if candidate.origin == operator)

    assert ranks(after) < ranks(before)


@pytest.mark.parametrize("depth", [0, 1])
async def test_verdicts_reorder_neighbours_of_the_unchanged_unit_only(depth):
    async def order(winning: bool) -> list[str]:
        hood, start = neighbours(task_of(), scorer=LinearReward(INITIAL_WEIGHTS))
        node = Node(0, replace(start.candidate, depth=depth), start.verdict, ())
        first = await hood.expand([node], 8)
        for candidate in first:
            hood.learn(Node(9, candidate, verdict(2 + (winning and candidate is first[-1])), ()))
        return [candidate.source for candidate in await hood.expand([node], 100)]

    assert (await order(True) == await order(False)) is (depth > 0)


class Probe:
    """A probe that reports: `a <= b` differs from `a < b` in a failing test, and `a != b` nowhere."""

    def __init__(self):
        self.probed: list[str] = []

    async def values(self, source, entry, lines, sites):
        assert entry == 2 and lines[0] == 1
        vectors, blame = {}, {}
        for site in sites:
            self.probed += site.expressions
            blame[site.line] = (1.0, 0.0)
            vectors[site.line] = dict.fromkeys(site.expressions, (0, 0))
            for better in {"a <= b"} & set(site.expressions):
                vectors[site.line][better] = (1, 0)
        return RuntimeValues(vectors, blame, {line: {0: False, 1: True} for line in vectors})


async def test_run_time_values_bring_forward_what_differs_where_tests_fail():
    probe = Probe()
    found = [candidate.source for candidate in await all_of(*neighbours(task_of(), probe))]
    assert {"a < b", "a <= b", "a * b"} <= set(probe.probed)
    assert "a <= b" in found[0]
    same = next(position for position, source in enumerate(found) if "a != b" in source)
    assert same > len(found) / 4


async def test_a_version_that_is_no_function_has_no_neighbours():
    hood, _ = neighbours(task_of())
    for source in ("x = 1\n", "class f:\n    pass\n"):
        assert await hood.expand([Node(3, Candidate(source, "", ""), verdict(0), ())], 5) == []


async def test_the_seed_only_breaks_ties():
    async def told(seed):
        return [candidate.source for candidate in await all_of(*neighbours(task_of(), seed=seed))]

    one, same, other = await told(1), await told(1), await told(2)
    assert one == same != other and set(one) == set(other)


METHOD = """\
def f(self, a, b):
    if a < ZERO:
        return self.size
    c = [ONE]
    self.grow(c)
    return a
"""
REST = """
ZERO = 0
ONE = 1
TWO = 2
class A:
    def grow(self): pass
    def shrink(self): pass
    def f(self): pass
"""


def print_neighbours() -> None:
    kinds = frozenset({"int", "str", "list", "set", "dict", "float"})
    module = ModuleContext(ast.parse(METHOD + REST), "A.f", {"a": kinds, "b": kinds})
    task = task_of(METHOD)
    hood = RewriteNeighborhood(task, module, None)
    for candidate in asyncio.run(all_of(hood, start_of(task))):
        print(ascii(candidate.source))


def test_the_order_is_the_same_in_every_process():
    """The iteration order of sets changes from process to process; that of neighbours must not."""
    told = []
    for hash_seed in ("0", "1"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        code = f"import sys; sys.path[:0] = {sys.path!r}; import {__name__}; {__name__}.print_neighbours()"
        call = [sys.executable, "-c", code]
        told.append(subprocess.run(call, env=environment, capture_output=True, text=True, check=True).stdout)
    assert told[0] == told[1] and told[0].count("\n") > 500


def long_function() -> str:
    lines = (f"    c{n} = a * {n} + b - len(str(a + {n}))\n" for n in range(9))
    return "def f(a, b):\n" + "".join(lines) + "    return a\n"


async def test_other_tasks_run_while_the_neighbours_of_a_long_function_are_made():
    hood, start = neighbours(task_of(long_function()), Probe())
    gc.freeze()  # what other tests left takes long to look through
    making = asyncio.create_task(hood.expand([start], 1))
    began, longest = time.process_time(), 0.0
    while not making.done():
        before = time.process_time()
        await asyncio.sleep(0)
        longest = max(longest, time.process_time() - before)
    gc.unfreeze()
    assert await making
    assert longest < (time.process_time() - began) / 5


async def test_a_cancelled_expansion_leaves_nothing_running():
    hood, start = neighbours(task_of(long_function()), Probe())
    threads = threading.active_count()
    making = asyncio.create_task(hood.expand([start], 1))
    for _ in range(20):
        await asyncio.sleep(0)
    assert making.cancel()
    await asyncio.wait({making})
    assert making.cancelled() and threading.active_count() == threads
