"""What versions of a unit do with inputs that no test uses."""

from __future__ import annotations

import pytest

from reloc_lsp.search.patches.differential_testing import clearest_difference, differing_inputs

TESTS = """\
import asyncio, types
import m

def test_f():
    answer = m.f(5)
    if isinstance(answer, types.GeneratorType):
        answer = list(answer)
    if asyncio.iscoroutine(answer):
        answer = asyncio.run(answer)
    assert answer is not None
"""
PLAIN = "def f(a):\n    return a > 4\n"


async def behaviours(write, start_evaluator, *versions, tests=TESTS, unit="m.py::f", module=None):
    evaluator = await start_evaluator(write({"m.py": module or versions[0], "test_m.py": tests}), unit)
    return await evaluator.observe(versions)


async def test_an_input_distinguishes_versions_that_the_tests_do_not(write, start_evaluator):
    here, there = await behaviours(write, start_evaluator, PLAIN, PLAIN.replace("> 4", ">= 4"))
    (number,) = differing_inputs(here, there)
    assert (here[number].call, here[number].result, there[number].result) == ("f(4)", "returns False", "returns True")
    assert clearest_difference(here, there) == (here[number], there[number])


async def test_no_input_distinguishes_equivalent_versions(write, start_evaluator):
    here, there = await behaviours(write, start_evaluator, PLAIN, "def f(a):\n    return 4 < a\n")
    assert len(here) > 3 and here == there


@pytest.mark.parametrize(
    ("version", "call", "did"),
    [
        ("def f(a):\n    yield a\n    yield a + 1\n", "f(6)", "returns [6, 7]"),
        ("async def f(a):\n    return a\n", "f(6)", "returns 6"),
        ("def f(a):\n    if a == 0: raise KeyError(a)\n    return a\n", "f(0)", "raises KeyError"),
        ("def f(a=1, *more, key=2, **rest):\n    return a, more, key, rest\n", "f(6, key=2)", "returns (6, (), 2, {})"),
    ],
    ids=["generator", "coroutine", "exception", "stars"],
)
async def test_every_kind_of_function_is_called(version, call, did, write, start_evaluator):
    (trials,) = await behaviours(write, start_evaluator, version)
    assert [trial.result for trial in trials.values() if trial.call == call] == [did]


async def test_a_change_of_an_argument_is_part_of_the_behaviour(write, start_evaluator):
    tests = "import m\ndef test_f(): assert m.f([3, 1]) == [1, 3]\n"
    sorting, leaving = "def f(a):\n    a.sort()\n    return a\n", "def f(a):\n    return sorted(a)\n"
    here, there = await behaviours(write, start_evaluator, sorting, leaving, tests=tests)
    pair = clearest_difference(here, there)
    assert pair is not None and "leaves" in pair[0].result and "leaves" not in pair[1].result


async def test_a_method_is_called_on_an_object_of_its_tests(write, start_evaluator):
    module = (
        "class Purse:\n    def __init__(self): self.coins = 3\n    def f(self, a):\n        return self.coins - a\n"
    )
    tests = "import m\ndef test_f(): assert m.Purse().f(1) == 2\n"
    method = "    def f(self, a):\n        return self.coins - a\n"
    (trials,) = await behaviours(write, start_evaluator, method, tests=tests, unit="m.py::Purse.f", module=module)
    assert any(t.call == "Purse(coins=3).f(2)" and t.result == "returns 1" for t in trials.values())


async def test_arguments_that_cannot_be_copied_or_shown_do_not_disturb_tests(write, start_evaluator):
    module = "class Odd:\n    __slots__ = ()\n    def __repr__(self): raise OSError\n\n" + PLAIN
    tests = (
        "import m\ndef test_f(): assert m.f(5)\ndef test_odd():\n    try: m.f(m.Odd())\n    except TypeError: pass\n"
    )
    (trials,) = await behaviours(write, start_evaluator, PLAIN, tests=tests, module=module)
    assert "f(6)" in [trial.call for trial in trials.values()]


async def test_behaviour_that_is_not_the_same_twice_is_left_out(write, start_evaluator):
    counting = "seen = []\ndef f(a):\n    seen.append(a)\n    return len(seen)\n"
    (trials,) = await behaviours(write, start_evaluator, counting.split("\n", 1)[1], module=counting)
    assert not trials


async def test_an_input_that_hangs_leaves_the_others(write, start_evaluator):
    (trials,) = await behaviours(write, start_evaluator, "def f(a):\n    while a == 0: pass\n    return a\n")
    calls = [trial.call for trial in trials.values()]
    assert "f(0)" not in calls and "f(6)" in calls


async def test_a_version_that_ends_its_process_has_no_known_behaviour(write, start_evaluator):
    ending = "def f(a):\n    if a == 0: import os; os._exit(1)\n    return a > 4\n"
    here, there = await behaviours(write, start_evaluator, PLAIN, ending)
    assert here and not there


async def test_a_unit_of_the_cold_tier_is_not_called(write, start_evaluator):
    module = "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n" + PLAIN
    (trials,) = await behaviours(write, start_evaluator, PLAIN, module=module)
    assert trials == {}
