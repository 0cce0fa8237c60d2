"""What running the tests shows of where the fault is: lines, types, values, and the function at fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from verdicts import evaluate

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.selection import fault_localization
from reloc_lsp.evaluation.selection.fault_localization import expected_exceptions, localize_faults
from reloc_lsp.evaluation.selection.suspect_functions import find_suspects
from reloc_lsp.evaluation.tiers import HarnessLauncher
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.search.interfaces.runtime_values import ProgramPoint

MODULE = """\
def clamp(value, low, high):
    if value < low:
        return low
    if value < high:
        return high
    return value
"""
TESTS = """
    import pytest
    from m import clamp
    def test_low(): assert clamp(-1, 0, 9) == 0
    def test_above(): assert clamp(9, 0, 9) == 9
    def test_inside(): assert clamp(5, 0, 9) == 5
    def test_high(): assert clamp(12.5, 0, 9) == 9
    def test_several(): assert [clamp(n, 0, 9) for n in (-3, -2, 4)] == [0, 0, 4]
    def test_order():
        with pytest.raises(ValueError): clamp(10, 9, 0)
"""


def unit_lines(evaluator) -> tuple[int, tuple[int, int]]:
    """The line of the unit's first statement, and its first and last line."""
    return evaluator.location.first_statement_line, evaluator.location.line_range()


@pytest.fixture
async def evaluator(write, start_evaluator):
    return await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::clamp")


async def test_lines_that_failing_tests_run_are_suspicious(evaluator):
    found = localize_faults(evaluator.baseline, evaluator.location.module.tree).suspicion
    assert set(found) == {2, 3, 4, 5, 6}
    assert found[5] > found[3]  # what fails returns `high`; what passes returns `low`


async def test_types_that_names_had_are_known(evaluator):
    types = localize_faults(evaluator.baseline, evaluator.location.module.tree).types
    assert types["value"] == {"int", "float"} and types["low"] == {"int"}


async def test_errors_that_tests_wait_for_are_known(evaluator):
    assert expected_exceptions(evaluator.baseline) == ("ValueError",)


async def test_expressions_are_evaluated_where_the_tests_pass_by(evaluator):
    site = ProgramPoint(4, ("value < high", "value <= high", "value / low", "missing", "value +"))
    before = await evaluate(evaluator, MODULE)
    values = await evaluator.values(MODULE, *unit_lines(evaluator), [site])
    vectors, blame, truth = values.vectors[4], values.suspiciousness[4], values.truthiness[4]
    assert len({len(vector) for vector in vectors.values()} | {len(blame)}) == 1
    assert set(blame) == {0.0, 1.0}
    assert sum(a != b for a, b in zip(vectors["value < high"], vectors["value <= high"], strict=True)) == 1
    assert set(vectors["missing"]) == set(vectors["value +"]) == {-1}
    assert -1 in vectors["value / low"]
    held = [truth[number] for number in vectors["value < high"]]
    assert True in held and False in held
    assert [v.passed for v in await evaluate(evaluator, MODULE)] == [v.passed for v in before]


async def test_a_look_at_values_survives_a_test_that_ends_the_process(write, start_evaluator):
    module = "def f(a):\n    if a == 5:\n        import os\n        os._exit(1)\n    return a\n"
    tests = (
        "from m import f\ndef test_a(): assert f(3) == 4\ndef test_b(): assert f(5) == 3\ndef test_c(): assert f(3)\n"
    )
    evaluator = await start_evaluator(write({"m.py": module, "test_m.py": tests}), "m.py::f", seconds=20.0)
    values = await evaluator.values(module, *unit_lines(evaluator), [ProgramPoint(5, ("a",))])
    assert len(values.vectors[5]["a"]) >= 1


async def test_of_a_call_that_raises_the_last_visit_is_to_blame(write, start_evaluator):
    module = "def f(text):\n    n = 0\n    while text[n].isdigit():\n        n += 1\n    return n\n"
    tests = "from m import f\ndef test_a(): assert f('1234567') == 7\ndef test_b(): assert f('1a') == 1\n"
    evaluator = await start_evaluator(write({"m.py": module, "test_m.py": tests}), "m.py::f")
    site = ProgramPoint(3, ("n < len(text)",))
    values = await evaluator.values(module, *unit_lines(evaluator), [site])
    held = [values.truthiness[3][number] for number in values.vectors[3]["n < len(text)"]]
    assert [h for h, b in zip(held, values.suspiciousness[3], strict=True) if b == 1.0] == [False]
    assert all(h for h, b in zip(held, values.suspiciousness[3], strict=True) if b < 1.0)


async def test_a_look_uses_up_no_iterator(write, start_evaluator):
    module = "def f(rows):\n    rows = iter(rows)\n    first = next(rows)\n    return first, list(rows)\n"
    tests = "from m import f\ndef test_a(): assert f([1, 2]) == (1, [2])\ndef test_b(): assert f([3, 4]) == (3, [])\n"
    evaluator = await start_evaluator(write({"m.py": module, "test_m.py": tests}), "m.py::f")
    sites = [ProgramPoint(line, ("list(rows)", "first")) for line in (3, 4)]
    values = await evaluator.values(module, *unit_lines(evaluator), sites)
    assert set(values.vectors[3]["list(rows)"]) == {-1}
    assert sorted(values.suspiciousness[4]) == [0.0, 1.0]  # as without the look, one test passes


ANSWERS = {
    "comparison": "def test_a(): assert f(3) == 9\n",
    "the other way round": "def test_a(): assert 9 == f(3)\n",
    "a name": "def test_a():\n    found = f(3)\n    assert found == 9\n",
    "unittest": "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): self.assertEqual(f(3), 9)\n",
}


@pytest.mark.parametrize("test", ANSWERS.values(), ids=ANSWERS)
async def test_what_a_failing_test_wanted_the_unit_to_return_is_known(test, write, start_evaluator):
    module = "def f(a):\n    b = a * 2\n    return b\n"
    tests = f"from m import f\n{test}def test_b(): assert f(2) == 4\n"
    evaluator = await start_evaluator(write({"m.py": module, "test_m.py": tests}), "m.py::f")
    sites = [ProgramPoint(line, ("a * 3", "a ** 2", "a + 6.0")) for line in (2, 3)]
    values = await evaluator.values(module, *unit_lines(evaluator), sites)
    (failing,) = values.wrong_returns
    assert values.wrong_returns[failing] == 3
    visit = values.last_calls[3].index(failing)
    given = {text: row[visit] in values.expected_values[3][failing] for text, row in values.vectors[3].items()}
    assert given == {"a * 3": True, "a ** 2": True, "a + 6.0": True}
    assert {row[visit] in values.expected_values[2][failing] for row in values.vectors[2].values()} == {True}


async def test_of_a_bare_assertion_the_other_truth_was_wanted(write, start_evaluator):
    module = "def f(a):\n    return a > 3\n"
    tests = "from m import f\ndef test_a(): assert f(3)\ndef test_b(): assert f(5)\n"
    evaluator = await start_evaluator(write({"m.py": module, "test_m.py": tests}), "m.py::f")
    values = await evaluator.values(module, *unit_lines(evaluator), [ProgramPoint(2, ("a >= 3", "a > 3"))])
    (failing,) = values.wrong_returns
    visit = values.last_calls[2].index(failing)
    assert values.vectors[2]["a >= 3"][visit] in values.expected_values[2][failing]
    assert values.vectors[2]["a > 3"][visit] not in values.expected_values[2][failing]


@pytest.mark.parametrize("test", ["assert sorted(f(3)) == [1]", "assert len(f(3)) == 2", "assert f(3) != [3]"])
async def test_nothing_is_made_up_where_a_test_compares_something_else(test, write, start_evaluator):
    module = "def f(a):\n    return [a]\n"
    tests = f"from m import f\ndef test_a(): {test}\ndef test_b(): assert f(2) == [2]\n"
    evaluator = await start_evaluator(write({"m.py": module, "test_m.py": tests}), "m.py::f")
    values = await evaluator.values(module, *unit_lines(evaluator), [ProgramPoint(2, ("a",))])
    assert not values.wrong_returns


def test_constants_written_in_tests(write):
    root = write({"test_a.py": "x = 42\ny = 'text'\n", "test_b.py": "def broken(:\n"})
    found = fault_localization.test_literals(
        UserFiles(root), [Path("test_a.py"), Path("test_b.py"), Path("missing.py")]
    )
    assert found == {"42", "'text'"}


@pytest.fixture
def launcher(active_interpreter):
    copies = []

    def made(root):
        copies.append(ScratchCopy(root, {}))
        return HarnessLauncher(copies[-1], active_interpreter, 2)

    yield made
    for copy in copies:
        copy.close()


async def test_the_function_that_failing_tests_call_is_the_suspect(write, launcher):
    files = {
        "m.py": """\
            def helper(a):
                return a

            def wrong(a):
                return helper(a) + 1

            def right(a):
                return helper(a)
        """,
        "test_m.py": """
            from m import right, wrong
            def one_of_ours(): return wrong(1)
            def test_wrong(): assert one_of_ours() == 1
            def test_right(): assert right(1) == 1
            def test_right_too(): assert right(2) == 2
        """,
    }
    suspects = await find_suspects(launcher(write(files)), ["test_m.py"], 30.0)
    assert suspects.functions[0] == ("m.py", 4)
    assert ("m.py", 7) not in suspects.functions and all(file == "m.py" for file, _ in suspects.functions)
    assert (suspects.passed, suspects.total) == (2, 3)


async def test_functions_of_a_test_that_hangs_or_dies_are_found_too(write, launcher):
    files = {
        "m.py": "import os\ndef leave():\n    os._exit(0)\n\ndef stay():\n    return 1\n",
        "test_m.py": """
            from m import leave, stay
            def test_stay(): assert stay() == 1
            def test_leave(): leave()
            def test_stay_again(): assert stay() == 2
        """,
    }
    suspects = await find_suspects(launcher(write(files)), ["test_m.py"], 20.0)
    assert (suspects.passed, suspects.total) == (1, 3)
    assert ("m.py", 5) in suspects.functions


async def test_no_collected_test_gives_a_clear_error(write, launcher):
    with pytest.raises(EvaluationError, match="nothing_here"):
        await find_suspects(launcher(write({"test_m.py": "import nothing_here\n"})), ["test_m.py"], 20.0)
