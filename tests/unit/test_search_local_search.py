"""The loop: budgets hold, every event has an answer, and the rules decide all the rest."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from search_world import Table, Tree, number_of, program, task, verdict

from reloc_lsp.search.algorithms.hill_climbing import HillClimbing
from reloc_lsp.search.candidate import Candidate, Node
from reloc_lsp.search.events import Evaluated, Event, Finished, Improved, Settled, Started
from reloc_lsp.search.local_search import LocalSearch, Rules

MANY = {0: range(1, 1000)}


def search(table: Table, children: dict[int, Sequence[int]], *, round_size: int = 2, **more) -> LocalSearch:
    bounds = {name: more.pop(name) for name in ("seconds", "evaluations", "calls", "tokens") if name in more}
    rules = Rules(Tree(children), HillClimbing(patience=1000), round_size=(round_size, 0.0, round_size), **more)
    return LocalSearch(task(), rules, table, table.spending(**bounds))


async def events_of(looking: LocalSearch) -> list[Event]:
    return [event async for event in looking.run()]


async def test_the_search_ends_when_the_seconds_are_spent():
    table = Table({}, seconds=1.0)
    events = await events_of(search(table, MANY, seconds=5))
    assert isinstance(events[-1], Finished) and events[-1].reason == "seconds"
    assert table.judged == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("round_size", [1, 3, 4, 100])
async def test_the_search_never_spends_more_evaluations_than_it_may(round_size):
    table = Table({})
    events = await events_of(search(table, MANY, round_size=round_size, evaluations=7))
    assert len(table.judged) == 7 and events[-1].reason == "evaluations"


async def test_drafts_count_as_evaluations():
    class Drafts:
        async def draft(self, task):
            return [Candidate(program(n), "draft", "", trusted=True) for n in range(50, 60)]

    table = Table({})
    events = await events_of(search(table, MANY, evaluations=4, drafter=Drafts()))
    assert table.judged == [50, 51, 52, 53] and events[-1].reason == "evaluations"


@pytest.mark.parametrize("bound", ["calls", "tokens"])
async def test_what_a_model_costs_is_bounded_as_well(bound):
    table = Table({})
    looking = search(table, {0: range(1, 30)}, **{bound: 10})
    reasons = []
    async for event in looking.run():
        looking.spending.calls += 4
        looking.spending.prompt_tokens += 3
        looking.spending.completion_tokens += 1
        reasons += [event.reason] if isinstance(event, Finished) else []
    assert reasons == [bound]


async def test_without_budget_nothing_is_judged_and_the_answer_is_the_code_as_it_stands():
    table = Table({})
    events = await events_of(search(table, MANY, seconds=0))
    assert [type(event) for event in events] == [Started, Finished]
    assert table.judged == [] and events[-1].best.candidate.source == program(0)


async def test_the_search_ends_where_there_is_nowhere_left_to_go():
    table = Table({2: 2})
    events = await events_of(search(table, {0: [1, 2], 2: [3]}))
    assert events[-1].reason == "neighbourhood" and table.judged == [1, 2, 3]


async def test_every_event_has_the_best_so_far():
    table = Table({1: 0, 3: 2, 4: 3, 6: 2})
    seen, best = [], 1
    async for event in search(table, {0: [1, 2, 3, 4, 5, 6]}, round_size=1).run():
        if isinstance(event, Evaluated):
            seen.append(event.node)
            best = max(best, event.node.verdict.passed)
        assert event.best.verdict.passed == best
    assert [number_of(node.candidate.source) for node in seen] == [1, 2, 3, 4, 5, 6]


async def test_an_improvement_is_told_once():
    table = Table({2: 2, 3: 2, 5: 3})
    events = await events_of(search(table, {0: [1, 2, 3, 4, 5]}, round_size=1))
    improved = [number_of(e.best.candidate.source) for e in events if isinstance(e, Improved)]
    assert improved == [2, 5]


async def test_the_first_of_equals_stays_the_best():
    events = await events_of(search(Table({1: 2, 2: 2}), {0: [1, 2]}))
    assert number_of(events[-1].best.candidate.source) == 1


async def test_an_evaluator_is_told_what_is_to_be_beaten():
    table = Table({1: 3, 2: 4})
    await events_of(search(table, {0: [1, 2, 3], 1: [4]}, round_size=1))
    assert table.to_beat == [1, 3, 3, 3]  # a passing revision must not stop others that pass as well


async def test_the_neighbourhood_learns_from_every_verdict():
    table = Table({})
    looking = search(table, {0: [1, 2, 3]})
    await events_of(looking)
    assert looking.rules.neighborhood.learnt == table.judged == [1, 2, 3]


@pytest.mark.parametrize(
    ("extra", "enough", "settled_after"),
    [((0, 0.0, 0), 0, 2), ((4, 0.0, 9), 0, 6), ((1, 2.0, 9), 0, 6), ((9, 0.0, 3), 0, 6), ((0, 0.0, 0), 6, 6)],
)
async def test_some_more_evaluations_make_a_choice_once_something_passes(extra, enough, settled_after):
    table = Table({2: 4, 5: 4})
    async for event in search(table, MANY, extra=extra, enough=enough).run():
        if isinstance(event, Settled):
            break
    assert len(table.judged) == settled_after
    assert [number_of(n.candidate.source) for n in event.passing] == [n for n in (2, 5) if n <= settled_after]


@pytest.mark.parametrize(
    ("believable", "seconds", "settled_after"), [(3, 0.1, 8), (11, 0.1, 11), (99, 0.1, 41), (99, 1.0, 16)]
)
async def test_while_only_strange_ones_pass_the_search_goes_on_for_one_to_believe(believable, seconds, settled_after):
    table = Table({1: 4, believable: 4}, seconds)
    rules = Rules(Tree(MANY, strange=[1]), HillClimbing(), round_size=(1, 0.0, 1), extra=(7, 0.0, 7), doubt=40)
    async for event in LocalSearch(task(), rules, table, table.spending()).run():
        if isinstance(event, Settled):
            break
    assert len(table.judged) == settled_after


async def test_a_refused_revision_makes_the_search_go_on():
    table = Table({1: 4, 9: 4})
    looking = search(table, MANY, extra=(0, 0.0, 0))
    refused = []
    async for event in looking.run():
        if isinstance(event, Settled):
            if refused:
                break
            refused = list(event.passing)
            looking.reject(refused[0])
            assert looking.passing == () and looking.best is not refused[0]
    assert [number_of(n.candidate.source) for n in event.passing] == [9]
    assert number_of(looking.best.candidate.source) == 9 and looking.evaluations_to_first_fix == 1


@pytest.mark.parametrize("told_by", [Settled, Evaluated])
async def test_what_is_left_after_a_rejection_is_no_improvement(told_by):
    looking = search(Table({1: 2, 2: 4, 6: 3}), {0: [1, 2, 3, 4, 5, 6]}, round_size=1, extra=(0, 0.0, 0))
    improved = []
    async for event in looking.run():
        if isinstance(event, Improved):
            improved.append(number_of(event.best.candidate.source))
        if isinstance(event, told_by) and event.best.green:
            looking.reject(event.best)
            assert number_of(looking.best.candidate.source) == 1
    assert improved == ([1, 2, 6] if told_by is Settled else [1, 6])


async def test_a_reader_that_goes_on_after_a_choice_gets_more():
    table = Table({1: 4, 5: 4})
    looking = search(table, MANY, extra=(0, 0.0, 0), evaluations=6)
    choices = [len(event.passing) async for event in looking.run() if isinstance(event, Settled)]
    assert choices == [1, 1, 2]


async def test_the_same_start_gives_the_same_events():
    async def told():
        looking = search(Table({3: 2, 7: 3, 9: 4}), {**MANY, 3: range(2000, 2010)}, evaluations=40)
        return [(type(e), e.best.identity, e.spending.evaluations) async for e in looking.run()]

    assert await told() == await told()


async def test_equal_and_broken_programs_are_not_judged():
    class Sloppy:
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
    rules = Rules(Sloppy(), HillClimbing())
    events = await events_of(LocalSearch(task(), rules, table, table.spending()))
    assert table.judged == [1] and events[-1].reason == "neighbourhood"


async def test_scoring_and_reward_are_choices_of_the_rules():
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
    """Takes each of two parents' digits where it is not 0."""

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        one, two = (f"{number_of(p.candidate.source):03}" for p in parents)
        child = int("".join(a if a != "0" else b for a, b in zip(one, two, strict=True)))
        return [Candidate(program(child), "crossover", "", parents[0].identity, 1)]

    def learn(self, node: Node) -> None:
        pass


class Genetic:
    """The two best that have not bred with each other yet; nobody is a parent more than three times."""

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


async def test_another_set_of_rules_needs_no_other_loop():
    class Population:
        async def draft(self, task):
            return [Candidate(program(n), "draft", "", trusted=True) for n in (100, 20, 3)]

    table = Table({100: 2, 20: 2, 3: 2, 120: 3, 103: 3, 23: 3, 123: 4})
    rules = Rules(Crossover(), Genetic(), Population(), extra=(0, 0.0, 0))
    looking = LocalSearch(task(), rules, table, table.spending(evaluations=30))
    events = await events_of(looking)
    assert number_of(events[-1].best.candidate.source) == 123
    assert any(isinstance(event, Settled) for event in events) and events[-1].reason == "neighbourhood"
    assert table.judged[:3] == [100, 20, 3] and len(set(table.judged)) == len(table.judged)


def test_spending_is_measured_on_the_given_clock():
    table = Table({})
    spending = table.spending(seconds=3.0)
    assert (spending.seconds, spending.seconds_left(), spending.exhausted()) == (0.0, 3.0, None)
    table.clock.now += 3.0
    assert spending.exhausted() == "seconds"
    assert table.spending().seconds_left() == table.spending().evaluations_left() == float("inf")


def test_a_verdict_that_left_tests_out_is_not_complete():
    assert verdict(4).green and verdict(4).complete
    assert not verdict(3).green and not verdict(0, total=0).green
