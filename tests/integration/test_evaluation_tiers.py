"""The tier that evaluates a unit, and that it evaluates every kind of function correctly."""

from __future__ import annotations

import sys
from textwrap import dedent

import pytest
from unit_kinds import KINDS
from verdicts import evaluate, outcomes

from reloc_lsp.evaluation.baseline import test_discovery
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.search.verdict import Outcome


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
async def test_every_kind_of_unit_is_judged_rightly(kind, write, start_evaluator):
    root = write({"m.py": dedent(kind.module).lstrip(), "test_m.py": kind.tests})
    evaluator = await start_evaluator(root, f"m.py::{kind.unit}")
    unit = evaluator.location.source
    assert unit.count(kind.old) == 1
    right, wrong = unit.replace(kind.old, kind.new), unit.replace(kind.old, kind.old + " + 1")
    first, second, third = await evaluate(evaluator, wrong, right, unit)
    assert kind.tier in ("any", evaluator.baseline.tier.name), evaluator.baseline.reason
    assert second.all_passed and second.complete
    assert not first.all_passed and not third.all_passed
    assert 0 < evaluator.unchanged.passed < evaluator.unchanged.total


async def test_plugins_of_pytest_run_their_tests_and_distribute_none(write, start_evaluator):
    """The environment of these tests has pytest-asyncio, pytest-xdist and pytest-rerunfailures."""
    source = "async def f(a):\n    return a\n"
    tests = "from m import f\nasync def test_a(): assert await f(5) == 3\nasync def test_b(): assert await f(3) == 3\n"
    root = write({"m.py": source, "test_m.py": tests, "pytest.ini": "[pytest]\naddopts = -n2\nasyncio_mode = auto\n"})
    evaluator = await start_evaluator(root, "m.py::f", interpreter=sys.executable)
    assert evaluator.baseline.tier.name == "warm", evaluator.baseline.reason
    right, wrong = source.replace("return a", "return 3"), source.replace("return a", "return a + 3")
    assert [verdict.all_passed for verdict in await evaluate(evaluator, wrong, right)] == [False, True]
    assert (await evaluator.confirm(right)).all_passed


@pytest.mark.parametrize("options", ["", "-n2 --reruns 2"])
async def test_a_plugin_that_runs_failing_tests_again_does_not(options, write, start_evaluator):
    """The environment of these tests has pytest-rerunfailures."""
    source = "def f(a):\n    return a\n"
    tests = """
        import pytest
        from m import f

        @pytest.fixture(scope="session")
        def limit(): return 3

        runs = 0

        @pytest.mark.flaky(reruns=2)
        def test_a(limit):
            global runs
            runs += 1
            assert f(5) == limit or runs > 1

        @pytest.mark.parametrize("value", [3, 7])
        def test_b(value, limit, tmp_path): assert f(value) == limit
    """
    root = write({"m.py": source, "test_m.py": dedent(tests), "pytest.ini": f"[pytest]\naddopts = {options}\n"})
    evaluator = await start_evaluator(root, "m.py::f", interpreter=sys.executable)
    assert evaluator.baseline.tier.name == "warm", evaluator.baseline.reason
    assert (evaluator.unchanged.passed, evaluator.unchanged.total) == (1, 3)
    right = source.replace("return a", "return 3")
    assert [verdict.all_passed for verdict in await evaluate(evaluator, source, right)] == [False, True]
    assert (await evaluator.confirm(right)).all_passed and (await evaluator.confirm(source)).passed == 1


async def test_a_change_of_the_header_is_judged_as_well(write, start_evaluator):
    source = "def f(a, b=1):\n    return a - b\n"
    root = write(
        {"m.py": source, "test_m.py": "from m import f\ndef test(): assert f(5) == 3\ndef test_b(): f(1, 1)\n"}
    )
    evaluator = await start_evaluator(root, "m.py::f")
    assert evaluator.baseline.tier.name == "warm"
    verdicts = await evaluate(
        evaluator,
        source.replace("b=1", "b=2"),
        "import functools\n" + source,
        "@print\n" + source,
        source.replace("b=1", "b=missing"),
    )
    assert [verdict.all_passed for verdict in verdicts] == [True, False, False, False]


async def test_what_parses_and_does_not_compile_fails(write, start_evaluator):
    source = "def f(a):\n    return a\n"
    root = write({"m.py": source, "test_m.py": "from m import f\ndef test(): assert f(5) == 3\n"})
    evaluator = await start_evaluator(root, "m.py::f")
    (verdict,) = await evaluate(evaluator, "def f(a):\n    break\n    return a\n")
    assert [result.outcome for result in verdict.results.values()] == [Outcome.FAILED]
    assert evaluator.runner._fallback is None  # nothing was started for it


async def test_what_a_test_module_kept_from_before_the_swap_is_made_anew(write, start_evaluator):
    tests = """
        from m import f
        kept = f(5)
        def test_kept(): assert kept == 3
        def test_call(): assert f(0) == 0
    """
    root = write({"m.py": "def f(a):\n    return a\n", "test_m.py": tests})
    evaluator = await start_evaluator(root, "m.py::f")
    assert evaluator.baseline.tier.name == "fresh" and (evaluator.unchanged.passed, evaluator.unchanged.total) == (1, 2)
    right, wrong = await evaluate(evaluator, "def f(a):\n    return a and 3\n", "def f(a):\n    return a and 4\n")
    assert right.all_passed and not wrong.all_passed


async def test_a_process_in_which_importing_the_tests_started_a_thread_is_not_forked(write, start_evaluator):
    root = write(
        {
            "m.py": "def f(a):\n    return a\n",
            "conftest.py": """
                import threading
                threading.Thread(target=threading.Event().wait, daemon=True).start()
            """,
            "test_m.py": "from m import f\ndef test_a(): assert f(5) == 3\ndef test_b(): assert f(3) == 3\n",
        }
    )
    evaluator = await start_evaluator(root, "m.py::f")
    assert evaluator.baseline.tier.name == "fresh" and "starts threads" in evaluator.baseline.reason
    (verdict,) = await evaluate(evaluator, "def f(a):\n    return 3\n")
    assert verdict.all_passed


BESIDE = """
    import pytest
    from m import f
    def test_wrong(): assert f(5) == 3
    @pytest.mark.parametrize("a", [1, 2, 3, 4, 6, 7, 8, 9])
    def test_right(a): assert f(a) == a
    def test_swallows():
        try:
            assert f(12) != 13
        except RuntimeError:
            pass
        except BaseException as error:
            assert not isinstance(error, AssertionError)
"""


async def test_a_few_tests_that_cannot_judge_a_swap_take_part_in_the_confirmation_only(write, start_evaluator):
    evaluator = await start_evaluator(write({"m.py": "def f(a):\n    return a\n", "test_m.py": BESIDE}), "m.py::f")
    assert evaluator.baseline.tier.name == "warm"
    assert "test_m.py::test_swallows" not in evaluator.unchanged.results
    right, breaking = "def f(a):\n    return 3 if a == 5 else a\n", "def f(a):\n    return {5: 3, 12: 13}.get(a, a)\n"
    assert [v.all_passed for v in await evaluate(evaluator, right, breaking)] == [True, True]
    assert (await evaluator.confirm(right)).all_passed
    refused = await evaluator.confirm(breaking)
    assert refused.outcome("test_m.py::test_swallows") is Outcome.FAILED


async def test_of_many_slow_tests_some_take_part_in_the_confirmation_only(write, start_evaluator):
    tests = """
        import time, pytest
        from m import f
        def test_wrong(): assert f(5) == 3
        @pytest.mark.parametrize("a", range(10, 15))
        def test_slow(a):
            until = time.process_time() + 0.2 + (a - 10) / 20
            while time.process_time() < until: pass
            assert f(a) == a
    """
    evaluator = await start_evaluator(
        write({"m.py": "def f(a):\n    return a\n", "test_m.py": tests}), "m.py::f", seconds=30.0
    )
    assert "test_m.py::test_wrong" in evaluator.unchanged.results and evaluator.unchanged.total < 5
    assert any("the confirmation alone runs them" in note for note in evaluator.baseline.notes)
    assert evaluator.baseline.confirmation_seconds > 0.2 * len(evaluator.baseline.confirmation_only) > 0
    special = "def f(a):\n    return 3 if a == 5 else min(a, 13)\n"
    (verdict,) = await evaluate(evaluator, special)
    assert verdict.all_passed and not (await evaluator.confirm(special)).all_passed
    # What breaks the same tests again is not confirmed either, and not even run cold.
    again = outcomes(await evaluator.confirm(special.replace("13)", "12)")))
    assert again.pop("test_slow[14]") is Outcome.FAILED and set(again.values()) == {Outcome.NOT_RUN}
    assert (await evaluator.confirm("def f(a):\n    return 3 if a == 5 else a\n")).all_passed


async def test_a_skipped_part_of_a_test_does_not_skip_the_test(write, start_evaluator):
    tests = """
        import unittest
        from m import f
        class Case(unittest.TestCase):
            def test_parts(self):
                with self.subTest("skipped"):
                    self.skipTest("not here")
                with self.subTest("wrong"):
                    self.assertEqual(f(5), 3)
    """
    evaluator = await start_evaluator(write({"m.py": "def f(a):\n    return a\n", "test_m.py": tests}), "m.py::f")
    right = "def f(a):\n    return 3\n"
    (verdict,) = await evaluate(evaluator, right)
    assert verdict.all_passed and (await evaluator.confirm(right)).all_passed


async def test_flaky_tests_are_named_and_left_out(write, start_evaluator, tmp_path):
    tests = f"""
        import pathlib
        from m import f
        def test_steady(): assert f(5) == 3
        def test_flaky():
            runs = pathlib.Path({str(tmp_path / "runs")!r})
            with runs.open("a") as file:
                file.write("x")
                length = file.tell()
            assert f(3) == 3 and length not in (2, 3, 4)
    """
    root = write({"m.py": "def f(a):\n    return a\n", "test_m.py": tests})
    evaluator = await start_evaluator(root, "m.py::f")
    assert evaluator.baseline.flaky == ["test_m.py::test_flaky"]
    assert "test_m.py::test_flaky" in evaluator.baseline.notes[0]
    assert list(evaluator.unchanged.results) == ["test_m.py::test_steady"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"test_m.py": "def test_else(): pass\n"}, "No test reaches f"),
        ({"test_m.py": "import missing_module\n"}, "missing_module"),
        ({"test_m.py": "x = 1\n"}, "collected no tests"),
        ({"test_m.py": "from m import f\ndef test():\n    import pytest; f(1); pytest.skip()\n"}, "is skipped"),
        ({"conftest.py": "import nothing_here\n", "test_m.py": "def test(): pass\n"}, "nothing_here"),
    ],
)
async def test_tests_that_cannot_judge_are_a_sentence(files, said, write, start_evaluator):
    root = write({"m.py": "def f(a):\n    return a\n", **files})
    with pytest.raises(EvaluationError) as error:
        await start_evaluator(root, "m.py::f")
    assert said in str(error.value)


SLOW = "from m import f\n" + "".join(
    f"def test_{n}():\n    assert f({n}) == {n}\n    assert sum(range(12_000_000))\n" for n in range(60)
)


async def test_of_more_tests_than_there_is_time_for_those_that_speak_of_the_unit_are_run(write, start_evaluator):
    module = "def shortest(a):\n    return a if a != 99 else 0\n"
    tests = SLOW.replace("import f", "import shortest as f") + "def test_the_shortest():\n    assert f(99) == 99\n"
    evaluator = await start_evaluator(write({"m.py": module, "test_m.py": tests}), "m.py::shortest", seconds=1.0)
    assert Outcome.FAILED in {result.outcome for result in evaluator.baseline.results.values()}
    assert evaluator.baseline.unseen


async def test_tests_that_were_not_run_are_not_said_to_pass(write, start_evaluator):
    evaluator = await start_evaluator(
        write({"m.py": "def f(a):\n    return a\n", "test_m.py": SLOW}), "m.py::f", seconds=0.5
    )
    assert evaluator.unchanged.all_passed and evaluator.baseline.unseen


CATCHING = """
def test_{n}():
    try:
        value = f({n})
    except BaseException:
        value = 3
    assert value == 3
"""


async def test_passing_tests_that_catch_what_the_unit_raises_still_evaluate_it(write, start_evaluator):
    module = "def f(a):\n    return 3 if a < 5 else a\n"
    tests = "from m import f\ndef test_five(): assert f(5) == 3\n" + "".join(CATCHING.format(n=n) for n in range(3))
    evaluator = await start_evaluator(write({"m.py": module, "test_m.py": tests}), "m.py::f")
    right, wrong = "def f(a):\n    return 3\n", "def f(a):\n    return a - 2\n"
    assert [verdict.all_passed for verdict in await evaluate(evaluator, right, wrong)] == [True, False]
    assert not [note for note in evaluator.baseline.notes if "outside the unit" in note]


LONG = "def test_{n}(): assert sum(range(6_000_000))\n"
FAILING = "from m import f\ndef test_f(): assert f(5) == 3\n"


@pytest.mark.parametrize("fails", [True, False])
async def test_tests_that_do_not_reach_the_unit_are_run_for_a_while(fails, write, start_evaluator, monkeypatch):
    """Until more of them were run than it took to find those that do; all of them, if none of those fails."""
    monkeypatch.setattr(test_discovery, "QUIET_SHARE", 0.0)
    tests = FAILING.replace("3", "3" if fails else "5") + "".join(LONG.format(n=n) for n in range(20))
    evaluator = await start_evaluator(write({"m.py": "def f(a):\n    return a\n", "test_m.py": tests}), "m.py::f")
    assert evaluator.unchanged.all_passed != fails and bool(evaluator.baseline.unseen.tests) == fails


async def test_of_files_that_take_too_long_to_collect_the_likely_ones_are_collected(
    write, start_evaluator, monkeypatch
):
    monkeypatch.setattr(test_discovery, "COLLECTING_SHARE", 0.0)
    others = {f"test_{n}.py": "# f\ndef test(): pass\n" for n in range(3)}
    many = {f"test_other_{n}.py": "def test(): pass\n" for n in range(25)}
    files = {"m.py": "def f(a):\n    return a\n", "test_late.py": FAILING.replace("_f", "_late"), **others, **many}
    evaluator = await start_evaluator(write({**files, "test_m.py": FAILING}), "m.py::f")
    assert outcomes(evaluator.unchanged) == {"test_f": Outcome.FAILED} and evaluator.baseline.unseen.files == 4
    passing = {**others, "test_m.py": FAILING.replace("3", "5")}
    evaluator = await start_evaluator(write({**files, **passing}, "passing"), "m.py::f")
    assert outcomes(evaluator.unchanged)["test_late"] is Outcome.FAILED
    passing["test_late.py"] = "from m import f\ndef test_late(): assert f(5) == 5\n"
    evaluator = await start_evaluator(write({**files, **passing}, "all passing"), "m.py::f")
    assert set(outcomes(evaluator.unchanged)) == {"test_f", "test_late"}


async def test_a_test_that_must_not_come_after_another_does_not_speak_against_a_revision(write, start_evaluator):
    """In reverse order it fails with every version of the unit, and alone with none."""
    tests = """\
        from m import f
        HEARD = []
        def test_value(): assert f(5) == 3
        def test_quiet(): assert f(3) == 3 and not HEARD
        def test_loud(): HEARD.append(f(3))
        def test_other(): assert f(7) in (3, 7)
        """
    evaluator = await start_evaluator(
        write({"m.py": "def f(a):\n    return a\n", "test_m.py": dedent(tests)}), "m.py::f"
    )
    assert (await evaluator.confirm("def f(a):\n    return 3\n")).all_passed
    forgetful = "def f(a, seen=[]):\n    seen.append(a)\n    return 3 if seen[0] == 5 else 4\n"
    assert not (await evaluator.confirm(forgetful)).all_passed
