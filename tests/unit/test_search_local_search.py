"""The search loop: budgets hold, every event has the best node so far, and the rules decide the rest."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from search_world import Table, Tree, number_of, program, task, verdict

from reloc_lsp.search.algorithms.hill_climbing import HillClimbing
from reloc_lsp.search.candidate import Candidate, Node
from reloc_lsp.search.decision_rules import Rules, Share
from reloc_lsp.search.events import Evaluated, Event, Finished, Improved, Settled, Started
from reloc_lsp.search.local_search import LocalSearch

MANY = {0: range(1, 1000)}


def search(table: Table, children: dict[int, Sequence[int]], *, round_size: int = 2, **more) -> LocalSearch:
    bounds = {name: more.pop(name) for name in ("seconds", "evaluations", "calls", "tokens") if name in more}
    rules = Rules(Tree(children), HillClimbing(turn=1000), round_size=Share.exactly(round_size), **more)
    return LocalSearch(task(), rules, table, table.spending(**bounds))


async def events_of(running: LocalSearch) -> list[Event]:
    return [event async for event in running.run()]


async def test_the_search_ends_when_the_seconds_are_spent():
    table = Table({}, seconds=1.0)
    events = await events_of(search(table, MANY, seconds=5))
    assert isinstance(events[-1], Finished) and events[-1].reason == "seconds"
    assert table.evaluated == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("round_size", [1, 3, 4, 100])
async def test_a_search_never_exceeds_its_evaluations(round_size):
    table = Table({})
    events = await events_of(search(table, MANY, round_size=round_size, evaluations=7))
    assert len(table.evaluated) == 7 and events[-1].reason == "evaluations"


async def test_drafts_count_as_evaluations():
    class Drafts:
        async def draft(self, task):
            return [Candidate(program(n), "draft", "", trusted=True) for n in range(50, 60)]

    table = Table({})
    events = await events_of(search(table, MANY, evaluations=4, drafter=Drafts()))
    assert table.evaluated == [50, 51, 52, 53] and events[-1].reason == "evaluations"


@pytest.mark.parametrize("bound", ["calls", "tokens"])
async def test_model_calls_and_tokens_are_bounded(bound):
    table = Table({})
    running = search(table, {0: range(1, 30)}, **{bound: 10})
    reasons = []
    async for event in running.run():
        running.spending.calls += 4
        running.spending.prompt_tokens += 3
        running.spending.completion_tokens += 1
        reasons += [event.reason] if isinstance(event, Finished) else []
    assert reasons == [bound]


async def test_without_a_budget_nothing_is_evaluated_and_the_unchanged_unit_is_the_best():
    table = Table({})
    events = await events_of(search(table, MANY, seconds=0))
    assert [type(event) for event in events] == [Started, Finished]
    assert table.evaluated == [] and events[-1].best.candidate.source == program(0)


async def test_a_search_ends_when_no_neighbours_are_left():
    table = Table({2: 2})
    events = await events_of(search(table, {0: [1, 2], 2: [3]}))
    assert events[-1].reason == "neighbourhood" and table.evaluated == [1, 2, 3]


async def test_every_event_has_the_best_node_so_far():
    table = Table({1: 0, 3: 2, 4: 3, 6: 2})
    seen, best = [], 1
    async for event in search(table, {0: [1, 2, 3, 4, 5, 6]}, round_size=1).run():
        if isinstance(event, Evaluated):
            seen.append(event.node)
            best = max(best, event.node.verdict.passed)
        assert event.best.verdict.passed == best
    assert [number_of(node.candidate.source) for node in seen] == [1, 2, 3, 4, 5, 6]


async def test_an_improvement_is_reported_once():
    table = Table({2: 2, 3: 2, 5: 3})
    events = await events_of(search(table, {0: [1, 2, 3, 4, 5]}, round_size=1))
    improved = [number_of(e.best.candidate.source) for e in events if isinstance(e, Improved)]
    assert improved == [2, 5]


async def test_of_equal_nodes_the_first_stays_the_best():
    events = await events_of(search(Table({1: 2, 2: 2}), {0: [1, 2]}))
    assert number_of(events[-1].best.candidate.source) == 1


async def test_the_evaluator_receives_the_number_of_passes_to_exceed():
    table = Table({1: 3, 2: 4})
    await events_of(search(table, {0: [1, 2, 3], 1: [4]}, round_size=1))
    assert table.must_exceed == [1, 3, 3, 3]  # revisions that pass as well as the first one must not be stopped early


async def test_the_neighbourhood_learns_from_every_verdict():
    table = Table({})
    running = search(table, {0: [1, 2, 3]})
    await events_of(running)
    assert running.rules.neighborhood.learned == table.evaluated == [1, 2, 3]


@pytest.mark.parametrize(
    ("extra", "min_evaluations", "settled_after"),
    [
        (Share.exactly(0), 0, 2),
        (Share(4, 0.0, 9), 0, 6),
        (Share(1, 2.0, 9), 0, 6),
        (Share(9, 0.0, 3), 0, 6),
        (Share.exactly(0), 6, 6),
    ],
)
async def test_once_a_revision_passes_extra_evaluations_make_a_choice(extra, min_evaluations, settled_after):
    table = Table({2: 4, 5: 4})
    async for event in search(table, MANY, extra=extra, min_evaluations=min_evaluations).run():
        if isinstance(event, Settled):
            break
    assert len(table.evaluated) == settled_after
    assert [number_of(n.candidate.source) for n in event.passing] == [n for n in (2, 5) if n <= settled_after]


@pytest.mark.parametrize(
    ("plausible", "seconds", "settled_after"), [(3, 0.1, 8), (11, 0.1, 11), (99, 0.1, 41), (99, 1.0, 16)]
)
async def test_while_only_implausible_revisions_pass_the_search_goes_on(plausible, seconds, settled_after):
    table = Table({1: 4, plausible: 4}, seconds)
    rules = Rules(
        Tree(MANY, implausible=[1]),
        HillClimbing(),
        round_size=Share.exactly(1),
        extra=Share.exactly(7),
        overfitted_extra=40,
    )
    async for event in LocalSearch(task(), rules, table, table.spending()).run():
        if isinstance(event, Settled):
            break
    assert len(table.evaluated) == settled_after


async def test_after_a_rejection_the_search_goes_on():
    table = Table({1: 4, 9: 4})
    running = search(table, MANY, extra=Share.exactly(0))
    rejected = []
    async for event in running.run():
        if isinstance(event, Settled):
            if rejected:
                break
            rejected = list(event.passing)
            running.reject(rejected[0])
            assert running.passing == () and running.best is not rejected[0]
    assert [number_of(n.candidate.source) for n in event.passing] == [9]
    assert number_of(running.best.candidate.source) == 9 and running.evaluations_to_first_fix == 1


@pytest.mark.parametrize("rejected_at", [Settled, Evaluated])
async def test_the_next_best_after_a_rejection_is_no_improvement(rejected_at):
    running = search(Table({1: 2, 2: 4, 6: 3}), {0: [1, 2, 3, 4, 5, 6]}, round_size=1, extra=Share.exactly(0))
    improved = []
    async for event in running.run():
        if isinstance(event, Improved):
            improved.append(number_of(event.best.candidate.source))
        if isinstance(event, rejected_at) and event.best.all_passed:
            running.reject(event.best)
            assert number_of(running.best.candidate.source) == 1
    assert improved == ([1, 2, 6] if rejected_at is Settled else [1, 6])


async def test_a_reader_that_reads_on_after_a_choice_gets_a_larger_one():
    table = Table({1: 4, 5: 4})
    running = search(table, MANY, extra=Share.exactly(0), evaluations=6)
    choices = [len(event.passing) async for event in running.run() if isinstance(event, Settled)]
    assert choices == [1, 1, 2]


async def test_the_same_start_gives_the_same_events():
    async def events():
        running = search(Table({3: 2, 7: 3, 9: 4}), {**MANY, 3: range(2000, 2010)}, evaluations=40)
        return [(type(e), e.best.identity, e.spending.evaluations) async for e in running.run()]

    assert await events() == await events()


async def test_equal_and_broken_programs_are_not_evaluated():
    class WithDuplicates:
        async def expand(self, parents, count):
            if parents[0].expansions:
                return []
            sources = [
                program(0),
                "def f():\n    return  0 # same\n",
                "def f(:\n",
                program(1),
                "def f():\n\n    return (1)\n",
                "",
                "x = '\x00'\n",
            ]
            return [Candidate(source, "", "", 0, 1) for source in sources]

        def learn(self, node):
            pass

    table = Table({})
    rules = Rules(WithDuplicates(), HillClimbing())
    events = await events_of(LocalSearch(task(), rules, table, table.spending()))
    assert table.evaluated == [1] and events[-1].reason == "neighbourhood"


async def test_the_rules_decide_scoring_and_reward():
    class Reward:
        async def reward(self, task, candidates, verdicts, parents):
            return [float(number_of(c.source)) for c in candidates]

    async def best(**rules):
        table = Table({3: 2})
        events = await events_of(search(table, {0: [1, 5, 3]}, **rules))
        return number_of(events[-1].best.candidate.source)

    assert await best() == 3
    assert await best(reward=Reward()) == 3  # a test outweighs any reward
    assert await best(reward=Reward(), scoring=lambda task, candidate, verdict, reward: (reward,)) == 5


class Crossover:
    """Combines the digits of two parents: the first parent's, or the second's where that is 0."""

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        one, two = (f"{number_of(p.candidate.source):03}" for p in parents)
        child = int("".join(a if a != "0" else b for a, b in zip(one, two, strict=True)))
        return [Candidate(program(child), "crossover", "", parents[0].identity, 1)]

    def learn(self, node: Node) -> None:
        pass


class FreshPairs:
    """The two best nodes that have not bred with each other; a node is a parent at most three times."""

    def __init__(self) -> None:
        self.bred: set[tuple[int, ...]] = set()

    def parents(self, nodes: Sequence[Node]) -> Sequence[Node]:
        able = sorted((n for n in nodes if n.expansions < 3), key=lambda n: [-s for s in n.score])
        pairs = (pair for pair in itertools.combinations(able, 2) if self._names(pair) not in self.bred)
        pair = next(pairs, ())
        self.bred.add(self._names(pair))
        return pair

    @staticmethod
    def _names(pair: Sequence[Node]) -> tuple[int, ...]:
        return tuple(sorted(node.identity for node in pair))


async def test_a_genetic_algorithm_needs_no_other_loop():
    class Population:
        async def draft(self, task):
            return [Candidate(program(n), "draft", "", trusted=True) for n in (100, 20, 3)]

    table = Table({100: 2, 20: 2, 3: 2, 120: 3, 103: 3, 23: 3, 123: 4})
    rules = Rules(Crossover(), FreshPairs(), Population(), extra=Share.exactly(0))
    running = LocalSearch(task(), rules, table, table.spending(evaluations=30))
    events = await events_of(running)
    assert number_of(events[-1].best.candidate.source) == 123
    assert any(isinstance(event, Settled) for event in events) and events[-1].reason == "neighbourhood"
    assert table.evaluated[:3] == [100, 20, 3] and len(set(table.evaluated)) == len(table.evaluated)


def test_spending_is_measured_on_the_given_clock():
    table = Table({})
    spending = table.spending(seconds=3.0)
    assert (spending.seconds, spending.seconds_left(), spending.exhausted_bound()) == (0.0, 3.0, None)
    table.clock.now += 3.0
    assert spending.exhausted_bound() == "seconds"
    assert table.spending().seconds_left() == table.spending().evaluations_left() == float("inf")


def test_a_verdict_passes_only_if_there_are_tests_and_all_pass():
    assert verdict(4).all_passed and verdict(4).complete
    assert not verdict(3).all_passed and not verdict(0, total=0).all_passed
