"""Candidates that share a fork get the verdicts they would get alone."""

from __future__ import annotations

import pytest
from verdicts import evaluate, outcomes

from reloc_lsp.evaluation.batching import MAX_BATCH, paying_size
from reloc_lsp.evaluation.hang_retry import TIMEOUT_MULTIPLIER
from reloc_lsp.search.verdict import Outcome

WRONG = [f"def f(a):\n    return a + {n}\n" for n in range(3, 9)]
RIGHT = "def f(a):\n    return a - 1\n"
DOCTEST = 'def f(a):\n    """\n    >>> f(1)\n    0\n    """\n'
TESTS = "from m import f\ndef test_one(): assert f(1) == 0\ndef test_two(): assert f(5) == 4\n"


def workspace(write, tests=TESTS, module="def f(a):\n    return a\n"):
    return write({"m.py": module, "test_m.py": tests})


async def in_batches(evaluator, *sources):
    """Verdicts of candidates that share forks, however slow this machine is now, and how many children they took."""
    await evaluate(evaluator, *WRONG[:2])  # the first round measures
    assert evaluator.scheduler.batches.size >= 1 and evaluator.scheduler.batches.tier is evaluator.baseline.tier
    evaluator.scheduler.batches.size = evaluator.scheduler.batches.max_size = 16
    before = next(evaluator.baseline.tier.client._numbers)
    verdicts = await evaluate(evaluator, *sources)
    return verdicts, next(evaluator.baseline.tier.client._numbers) - before - 1


async def test_a_round_takes_far_fewer_children_than_it_has_candidates(write, start_evaluator):
    evaluator = await start_evaluator(workspace(write), "m.py::f")
    verdicts, children = await in_batches(evaluator, *WRONG, RIGHT, *WRONG[:3])
    assert [v.all_passed for v in verdicts] == [False] * 6 + [True] + [False] * 3
    assert children <= 4


async def test_doctests_are_run_for_each_candidate_of_a_batch(write, start_evaluator):
    files = {"m.py": DOCTEST + "    return a\n", "pytest.ini": "[pytest]\naddopts = --doctest-modules\n"}
    evaluator = await start_evaluator(write(files), "m.py::f", tests=("m.py",))
    right, wrong = DOCTEST + "    return a - 1\n", DOCTEST + "    return a - 2\n"
    verdicts, _ = await in_batches(evaluator, wrong, right, wrong + "\n", right + "\n")
    assert [v.all_passed for v in verdicts] == [False, True, False, True]


@pytest.mark.parametrize(
    ("began", "size"),
    [
        ([0.01, 0.011, 0.012], MAX_BATCH),  # the fork is most of the price
        ([0.01, 0.11, 0.21], 1),  # the tests are
        ([0.01, 0.31, 0.312], MAX_BATCH),  # what is set up once is
        ([0.01, 0.21, 0.25], 3),
    ],
)
def test_batches_are_as_large_as_pays(began, size):
    assert paying_size(began) == size


async def test_what_one_leaves_behind_does_not_turn_the_verdict_on_the_next(write, start_evaluator):
    module = "seen = {}\ndef f(a):\n    if a not in seen:\n        seen[a] = a\n    return seen[a]\n"
    evaluator = await start_evaluator(workspace(write, module=module), "m.py::f")
    versions = [module.split("\n", 1)[1].replace("= a", f"= a {change}") for change in ("+ 1", "+ 2", "- 1", "+ 3")]
    assert [v.all_passed for v in (await in_batches(evaluator, *versions))[0]] == [False, False, True, False]


async def test_a_candidate_made_to_pass_by_another_is_found_out(write, start_evaluator):
    module = "seen = {}\ndef f(a):\n    return seen.get(a, a)\n"
    evaluator = await start_evaluator(workspace(write, module=module), "m.py::f")
    helper = "def f(a):\n    seen.update({1: 0, 5: 4})\n    return a - 1\n"
    wrong = "def f(a):\n    return seen.get(a, 9)\n"
    verdicts, _ = await in_batches(evaluator, helper, wrong, helper, wrong)
    assert [v.all_passed for v in verdicts] == [True, False, True, False]


@pytest.mark.parametrize(
    ("end", "outcome"), [("while True: pass", Outcome.TIMEOUT), ("import os; os._exit(0)", Outcome.DIED)]
)
async def test_one_that_ends_the_child_costs_the_others_nothing(end, outcome, write, start_evaluator):
    evaluator = await start_evaluator(workspace(write), "m.py::f")
    ending = f"def f(a):\n    {end}\n"
    verdicts, _ = await in_batches(evaluator, *WRONG[:3], ending, RIGHT, *WRONG[3:], ending)
    assert [v.all_passed for v in verdicts] == [False] * 4 + [True] + [False] * 4
    assert {next(iter(verdicts[n].results.values())).outcome for n in (3, 8)} == {outcome}


async def test_every_candidate_finds_fixtures_classes_folders_and_random_numbers_new(write, start_evaluator):
    tests = """
        import pathlib, random, unittest, pytest
        from m import f
        made = []
        @pytest.fixture
        def counter(): return [0]
        @pytest.fixture(scope="module")
        def shared(tmp_path_factory): return tmp_path_factory.mktemp("shared")
        class TestState:
            def test_state(self):
                assert not hasattr(self, "used")
                self.used = True
                assert f(1) == 0
        class Case(unittest.TestCase):
            def setUp(self): self.calls = getattr(self, "calls", 0) + 1
            def test_case(self): self.assertEqual((self.calls, f(5)), (1, 4))
        def test_fixture(counter):
            counter[0] += 1
            assert counter == [1] and f(1) == 0
        def test_folder(tmp_path, shared):
            assert not list(tmp_path.iterdir()) and not list(shared.iterdir())
            (tmp_path / "a").touch(), (shared / "a").touch()
            assert f(5) == 4
        def test_random():
            made.append(random.random())
            assert f(1) == 0 and made[-1] == made[0]
        @pytest.mark.parametrize("a", [1, 2, 3])
        def test_many(a): assert f(a) == a - 1
        def test_positive(): assert f(9) > 0
    """
    evaluator = await start_evaluator(workspace(write, tests), "m.py::f")
    right = [f"def f(a):\n    return a - 1{' ' * n}\n" for n in range(5)]
    verdicts, children = await in_batches(evaluator, *right)
    assert [set(outcomes(v).values()) for v in verdicts] == [{Outcome.PASSED}] * 5
    assert evaluator.baseline.tier.name == "warm" and children <= 4


async def test_tests_that_do_not_end_alike_in_one_process_get_a_fork_each(write, start_evaluator):
    tests = """
        from m import f
        calls = []
        def test_once():
            calls.append(1)
            assert f(1) == 0 and len(calls) == 1
        def test_two():
            calls.append(1)
            assert f(5) in (4, 5) and len(calls) < 3
    """
    evaluator = await start_evaluator(workspace(write, tests), "m.py::f")
    verdicts = await evaluate(evaluator, *WRONG, RIGHT, *WRONG)
    assert [v.all_passed for v in verdicts].index(True) == 6 and sum(v.all_passed for v in verdicts) == 1


async def test_of_many_failing_tests_the_first_tell_of_a_candidate_that_helps_none(write, start_evaluator):
    tests = """
        import pytest
        from m import f
        ran = []
        @pytest.mark.parametrize("a", range(40))
        def test_all(a): assert f(a) == a - 1
        def test_none(): assert f(0) is not None
    """
    evaluator = await start_evaluator(workspace(write, tests), "m.py::f")
    half = "def f(a):\n    return a - 1 if a % 2 else a\n"
    (wrong, partly, right), _ = await in_batches(evaluator, WRONG[0], half, RIGHT)
    assert sum(bool(result.seconds) for result in wrong.results.values()) == 12 and wrong.passed == 0
    assert (partly.passed, partly.complete) == (21, True)
    assert right.all_passed
    alone = await evaluate(evaluator, WRONG[1])
    assert alone[0].passed == 0


@pytest.mark.parametrize("place", ["parametrize", "module", "class", "default"])
async def test_containers_that_a_candidate_changed_are_as_they_were_for_the_next(place, write, start_evaluator):
    module = "def f(a):\n    return sum(a)\n" if place != "default" else "def f(a, seen=[]):\n    return sum(a)\n"
    given = {"module": "NUMBERS = [1, 2]\n@pytest.mark.parametrize('n', [4, 4])\ndef test(n): assert f(NUMBERS) == n\n"}
    given["class"] = given["module"].replace("NUMBERS", "class Kept: NUMBERS", 1).replace("f(", "f(Kept.")
    tests = given.get(place, "@pytest.mark.parametrize('a', [[1, 2], [2, 1]])\ndef test(a): assert f(a) == 4\n")
    evaluator = await start_evaluator(workspace(write, f"import pytest\nfrom m import f\n{tests}", module), "m.py::f")
    header, _, _ = module.partition("\n")
    spoiling = [f"{header}\n    a.append({n})\n    return sum(a)\n" for n in range(5, 9)]
    if place == "default":
        spoiling = [f"{header}\n    seen.append({n})\n    return sum(a)\n" for n in range(5, 9)]
    verdicts, children = await in_batches(evaluator, *spoiling, f"{header}\n    return sum(a) + 1\n", *spoiling[:3])
    assert [v.all_passed for v in verdicts] == [False] * 4 + [True] + [False] * 3
    assert children <= 4


async def test_batches_shrink_when_candidates_spoil_each_other_and_grow_again(write, start_evaluator):
    module = "class Seen: count = 0\ndef f(a):\n    return a + Seen.count\n"
    tests = "from m import f\ndef test_one(): assert f(1) == 0\ndef test_two(): assert f(5) == 4\n"
    evaluator = await start_evaluator(workspace(write, tests, module), "m.py::f")
    spoiling = [f"def f(a):\n    Seen.count += {n}\n    return a\n" for n in range(1, 9)]
    await in_batches(evaluator, *spoiling)
    smaller = evaluator.scheduler.batches.size
    assert 1 <= smaller < 16
    await evaluate(evaluator, *[f"def f(a):\n    return a + {n}\n" for n in range(10, 50)])
    assert evaluator.scheduler.batches.size > smaller


async def test_of_one_that_hangs_few_tests_are_waited_for(write, start_evaluator):
    tests = "from m import f\n" + "".join(f"def test_{n}(): assert f({n}) == {n - 1}\n" for n in range(8))
    evaluator = await start_evaluator(workspace(write, tests), "m.py::f")
    (hangs,) = await evaluate(evaluator, "def f(a):\n    while True: pass\n")
    assert [r.outcome for r in hangs.results.values()].count(Outcome.TIMEOUT) <= 2
    assert hangs.complete and not hangs.passed


@pytest.mark.parametrize("alone", [True, False])
async def test_a_right_fix_that_is_slower_than_the_limit_gets_more_time(alone, write, start_evaluator):
    evaluator = await start_evaluator(workspace(write), "m.py::f")
    slow = "def f(a):\n    for _ in range(6_000_000 if a == 5 else 0): pass\n    return a - 1\n"
    verdicts = await evaluate(evaluator, slow) if alone else (await in_batches(evaluator, slow, *WRONG))[0]
    assert verdicts[0].all_passed


@pytest.mark.parametrize("alone", [True, False])
async def test_so_does_one_that_is_slow_in_the_only_test_that_fails(alone, write, start_evaluator):
    tests = "from m import f\ndef test_one(): assert f(1) == 1\ndef test_two(): assert f(5) == 4\n"
    evaluator = await start_evaluator(workspace(write, tests), "m.py::f")
    assert evaluator.unchanged.passed == 1
    slow = "def f(a):\n    for _ in range(6_000_000 if a == 5 else 0): pass\n    return 4 if a == 5 else a\n"
    wrong = [f"def f(a):\n    return a + {n}\n" for n in range(10, 14)]
    verdicts = (
        await evaluate(evaluator, slow) if alone else (await in_batches(evaluator, wrong[0], slow, *wrong[1:]))[0]
    )
    assert [verdict.all_passed for verdict in verdicts].count(True) == 1


async def test_those_that_hang_are_not_waited_for_without_end(write, start_evaluator, monkeypatch):
    monkeypatch.setattr("reloc_lsp.evaluation.hang_retry.RETRY_SECONDS", 0.5)
    monkeypatch.setattr("reloc_lsp.evaluation.hang_retry.RETRY_SHARE", 0.0)
    tests = "from m import f\ndef test_one(): assert f(1) == 1\ndef test_two(): assert f(5) == 4\n"
    evaluator = await start_evaluator(workspace(write, tests), "m.py::f")
    hanging = [f"def f(a):\n    while a == 5: a = {n} if a == {n} else 5\n    return a\n" for n in range(20, 28)]
    verdicts = await evaluate(evaluator, *hanging)
    assert all(verdict.results["test_m.py::test_two"].outcome is Outcome.TIMEOUT for verdict in verdicts)
    assert evaluator.cpu < len(hanging) * TIMEOUT_MULTIPLIER * evaluator.baseline.limits[1].cpu


async def test_context_variables_of_one_are_not_those_of_the_next(write, start_evaluator):
    module = "import contextvars\nkept = contextvars.ContextVar('kept', default=9)\ndef f(a):\n    return a\n"
    evaluator = await start_evaluator(workspace(write, module=module), "m.py::f")
    helper = "def f(a):\n    kept.set(a - 1)\n    return kept.get()\n"
    wrong = "def f(a):\n    return kept.get() if a == 1 else a - 1\n"
    verdicts, _ = await in_batches(evaluator, helper, wrong, helper, wrong, helper)
    assert [v.all_passed for v in verdicts] == [True, False, True, False, True]
