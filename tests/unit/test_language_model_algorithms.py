"""The algorithms with a scripted model: the number of nodes and calls, and the choices of each rule.

Rules of the authors' released code:

| Rule | Test |
| --- | --- |
| hill climbing makes 26 nodes by 34 calls, genetic 30 by 31 | `test_the_paper_rules_make_the_authors_numbers` |
| five drafts, each from a pair of five observations | `test_drafts_follow_pairs_of_observations` |
| one reflection, one revision for each of its directions | `test_each_direction_of_a_reflection_is_revised_once` |
| climbing goes to the best child, even if it is worse | `test_the_paper_rules_climb_even_to_a_worse_child` |
| the two best versions are combined, each at most three times | `test_a_version_is_a_parent_at_most_three_times` |
| the search continues after all tests pass | `test_the_paper_rules_continue_after_all_tests_pass` |
| a prompt shows one failing test | `test_the_paper_rules_show_one_failing_test` |
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from reloc_lsp.revision.model_access import budgeted_model
from reloc_lsp.revision.objectives.search_rules import repair_rules
from reloc_lsp.search.budget import Budget, Spending
from reloc_lsp.search.candidate import Task
from reloc_lsp.search.events import Settled
from reloc_lsp.search.interfaces.language_model import Completion, Reply, Usage
from reloc_lsp.search.local_search import LocalSearch
from reloc_lsp.search.verdict import Failure, Outcome, TestResult, Verdict
from reloc_lsp.settings import SearchSettings, Settings

SOURCE = "def f(a):\n    return a\n"
LISTED = "It is wrong.\n\n" + "\n".join(f"{n}. Way number {n}." for n in range(1, 6))


def verdict(passed: int, total: int = 10) -> Verdict:
    failed = TestResult(Outcome.FAILED, failure=Failure("AssertionError", "assert 1 == 2", 3, (2,)))
    other = TestResult(Outcome.FAILED, failure=Failure("ValueError", "no", 5, (2,)))
    ends = [TestResult(Outcome.PASSED)] * passed + [failed] * (total - passed - 1) + [other]
    return Verdict({f"test_m.py::test_{n}": end for n, end in enumerate(ends[:total])})


ENDLESS = Budget(None, None)
TASK = Task("m.py", "f", SOURCE, 0, len(SOURCE), 1, verdict(2))


class Model:
    """A model whose versions return the next number each time; `prompts` and `kinds` record its requests."""

    shares_processors = True

    def __init__(self) -> None:
        self.temperatures: list[float] = []
        self.prompts: list[str] = []
        self.kinds: Counter[str] = Counter()
        self._numbers = itertools.count(1)

    async def complete(self, messages, sampling, count=1):
        text = messages[-1].content
        self.prompts.append(text)
        self.temperatures.append(sampling.temperature)
        if "observations" in text:
            kind = "observe"
        elif "directions" in text:
            kind = "reflect"
        else:
            kind = "cross" if "Combine" in text else "revise" if "Revise it" in text else "draft"
        self.kinds[kind] += 1
        if kind in ("observe", "reflect"):
            return Completion((Reply(LISTED),), Usage(100, 0, 10))
        replies = [f"```python\ndef f(a):\n    return {next(self._numbers)}\n```" for _ in range(count)]
        return Completion(tuple(map(Reply, replies)), Usage(100, 0, 10))

    async def infill(self, gap, sampling, count=1, stop=()):
        self.kinds["fill"] += 1
        before = "" if gap.prefix.endswith("return ") else "return "
        texts = tuple(Reply(f"{before}{next(self._numbers)}") for _ in range(count))
        return Completion(texts, Usage(100, 0, 10))


class Evaluator:
    """The version that returns `n` passes `passed(n)` tests; `rounds` records the evaluated numbers."""

    def __init__(self, passed) -> None:
        self.passed = passed
        self.rounds: list[list[int]] = []

    async def evaluate(self, candidates, must_exceed):
        numbers = [int(re.search(r"return (\d+)", candidate.source).group(1)) for candidate in candidates]
        self.rounds.append(numbers)
        return [verdict(self.passed(number)) for number in numbers]


class NoRewrites:
    async def expand(self, parents, count):
        return ()

    def learn(self, node):
        pass


def run_search(algorithm: str, rules: str, passed=lambda n: 2, budget=ENDLESS, reviser="model", model=None):
    """The search, its model and evaluator, and its events up to the first that settles it."""
    model, evaluator, spending = model or Model(), Evaluator(passed), Spending(budget)
    settings = Settings(search=SearchSettings(algorithm, rules, reviser), budget=budget)
    budgeted = budgeted_model(model, spending, settings)
    search = LocalSearch(TASK, repair_rules(TASK, budgeted, settings, NoRewrites(), workers=1), evaluator, spending)

    async def run():
        events = []
        async for event in search.run():
            events.append(event)
            if isinstance(event, Settled):
                break
        return events

    return search, model, evaluator, asyncio.run(run())


@pytest.mark.parametrize(("algorithm", "nodes", "calls"), [("hill-climbing", 26, 34), ("genetic", 30, 31)])
def test_the_paper_rules_make_the_authors_numbers(algorithm, nodes, calls):
    search, model, _, events = run_search(algorithm, "paper")
    assert (len(search.nodes) - 1, search.spending.calls) == (nodes, calls)
    assert events[-1].reason == "nodes" and sum(model.kinds.values()) == calls


def test_drafts_follow_pairs_of_observations():
    _, model, _, _ = run_search("genetic", "paper")
    assert model.kinds == {"observe": 1, "draft": 5, "cross": 25}
    drafts = [re.findall(r"^- Way number (\d)", text, re.M) for text in model.prompts[1:6]]
    assert all(len(set(pair)) == 2 for pair in drafts) and len(set(map(tuple, drafts))) == 5


def test_each_direction_of_a_reflection_is_revised_once():
    _, model, _, _ = run_search("hill-climbing", "paper")
    assert model.kinds == {"observe": 1, "draft": 5, "reflect": 7, "revise": 21}
    revisions = [text for text in model.prompts if "Revise it in this direction" in text]
    directions = [re.search(r"direction: Way number (\d)", text).group(1) for text in revisions]
    assert directions == ["1", "2", "3"] * 7 and all("What is wrong: It is wrong." in text for text in revisions)


def test_the_paper_rules_climb_even_to_a_worse_child():
    # Drafts are 1 to 5, the third the best; its children 6 to 8 are worse, 7 the best of them.
    passed = {3: 8, 6: 1, 7: 3, 8: 2}
    _, model, _, _ = run_search("hill-climbing", "paper", lambda n: passed.get(n, 0))
    reflected = [re.findall(r"return (\d+|a)$", text, re.M)[-1] for text in model.prompts if "directions" in text]
    assert reflected[:2] == ["3", "7"]


def test_a_version_is_a_parent_at_most_three_times():
    _, model, _, _ = run_search("genetic", "paper", lambda n: 9 - n if n < 6 else 0)
    pairs = [tuple(re.findall(r"return (\d+|a)$", text, re.M)[-2:]) for text in model.prompts if "Combine" in text]
    assert pairs[:3] == [("1", "2")] * 3 and pairs[3] == ("3", "4")
    assert max(Counter(itertools.chain(*pairs)).values()) <= 3


def test_the_default_rules_never_combine_a_pair_twice():
    _, model, _, _ = run_search("genetic", "default", lambda n: 9 - n if n < 6 else 0, Budget(None, 40))
    pairs = [frozenset(re.findall(r"return (\d+|a)$", text, re.M)[-2:]) for text in model.prompts if "Combine" in text]
    assert len(pairs) == len(set(pairs)) > 5


@pytest.mark.parametrize("algorithm", ["hill-climbing", "genetic"])
def test_the_paper_rules_continue_after_all_tests_pass(algorithm):
    _, _, _, events = run_search(algorithm, "paper", lambda n: 10)
    assert events[-1].reason == "nodes"


@pytest.mark.parametrize("algorithm", ["hill-climbing", "genetic", "best-of-n", "self-refinement"])
def test_the_default_rules_stop_at_the_first_version_that_passes(algorithm):
    _, _, _, events = run_search(algorithm, "default", lambda n: 10 if n == 3 else 2)
    assert isinstance(events[-1], Settled) and events[-1].best.candidate.source == "def f(a):\n    return 3\n"
    assert events[-1].spending.evaluations <= 25


def test_the_paper_rules_show_one_failing_test():
    def shown_tests(rules):
        return max(
            text.count("### test_m.py")
            for text in run_search("hill-climbing", rules, budget=Budget(None, 20))[1].prompts
        )

    assert shown_tests("paper") == 1


def test_best_of_n_samples_one_prompt_and_self_refinement_revises_the_last_version():
    _, model, evaluator, _ = run_search("best-of-n", "default")
    assert model.kinds == {"draft": 1} and len(evaluator.rounds[0]) == 25
    _, model, evaluator, _ = run_search("self-refinement", "default", budget=Budget(None, 4))
    revised = [re.findall(r"return (\d+|a)$", text, re.M)[-1] for text in model.prompts]
    assert revised == ["a", "1", "2", "3"] and evaluator.rounds == [[1], [2], [3], [4]]


def test_the_number_of_calls_stays_within_the_budget():
    search, model, _, _ = run_search("hill-climbing", "default", budget=Budget(None, None, calls=6))
    assert search.spending.calls == model.kinds.total() == 6


def test_the_default_rules_do_not_climb_to_a_worse_child():
    search, _, _, _ = run_search("hill-climbing", "default", lambda n: n % 5, Budget(None, 150))
    parents = {node.candidate.parent for node in search.nodes[1:]}
    assert len(parents) > 2 and all(search.nodes[parent].verdict.passed >= 2 for parent in parents)


def test_the_default_rules_ask_in_every_way_they_know():
    class Slow(Model):
        """Every answer costs much, so that what gains little now is left soon."""

        async def complete(self, messages, sampling, count=1):
            return replace(await super().complete(messages, sampling, count), usage=Usage(1000, 0, 1000))

        async def infill(self, gap, sampling, count=1, stop=()):
            return replace(await super().infill(gap, sampling, count, stop), usage=Usage(1000, 0, 1000))

    _, model, _, _ = run_search("hill-climbing", "default", lambda n: n % 5, Budget(None, 200), model=Slow())
    assert set(model.kinds) == {"fill", "reflect", "revise", "cross"}


def test_what_gains_is_asked_more_often():
    """Only what a model writes into holes improves; it gets more and more of the calls."""

    class Talkative(Model):
        async def complete(self, messages, sampling, count=1):
            answer = await super().complete(messages, sampling, count)
            return replace(answer, usage=Usage(100, 0, 1000))

    _, model, _, _ = run_search("hill-climbing", "default", lambda n: 3, Budget(None, 200), model=Talkative())
    assert model.kinds["fill"] > 0.8 * model.kinds.total()


def test_a_prompt_that_is_sent_again_is_sampled_with_more_temperature():
    class Silent(Model):
        async def complete(self, messages, sampling, count=1):
            await super().complete(messages, sampling, count)
            return Completion((Reply("I do not know."),), Usage(100, 0, 10))

    _, model, _, _ = run_search("hill-climbing", "default", budget=Budget(None, None, calls=300), model=Silent())
    asked = defaultdict(list)
    for prompt, temperature in zip(model.prompts, model.temperatures, strict=True):
        asked[prompt].append(temperature)
    assert any(temperatures[:3] == [0.2, 0.5, 0.8] for temperatures in asked.values())


def test_a_search_with_a_useless_model_ends():
    """A model that answers in prose alone, or only repeats the function, is not asked without end."""

    class Repeating(Model):
        async def complete(self, messages, sampling, count=1):
            await super().complete(messages, sampling, count)
            return Completion((Reply(f"```python\n{SOURCE}```"),) * count, Usage(100, 0, 10))

        async def infill(self, gap, sampling, count=1, stop=()):
            self.kinds["fill"] += 1
            return Completion((Reply("("),) * count, Usage(100, 0, 10))

    _, model, evaluator, events = run_search("hill-climbing", "default", model=Repeating())
    assert events[-1].reason == "neighbourhood" and not evaluator.rounds
    assert 30 <= model.kinds.total() <= 200


def test_rewrites_continue_while_the_model_works():
    """The model's version arrives in a later round; the search waits for it once there are no more rewrites."""
    _, model, _, events = run_search("hill-climbing", "default", lambda n: 10 if n == 25 else 2, reviser="auto")
    assert events[-1].best.candidate.source == "def f(a):\n    return 25\n" and model.kinds.total() > 5
