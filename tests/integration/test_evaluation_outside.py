"""A model's code is judged from outside: it runs in a process without the tests, and only data goes over."""

from __future__ import annotations

from pathlib import Path

import pytest

from reloc_lsp.evaluation.harness.protocol.values import Limit, RunRequest
from reloc_lsp.evaluation.tiers import outside_tier
from reloc_lsp.search.candidate import Candidate

WORKSPACE = Path(__file__).parent / "outside_workspace"

INSIDE = {"test_a_lock_is_returned", "test_class_of_the_test"}
"""Tests of the workspace whose values cannot go over."""


def files(name):
    """A workspace with one of the modules beside this file, and its tests."""
    return {"m.py": (WORKSPACE / f"{name}.py").read_text(), "test_m.py": (WORKSPACE / f"{name}_tests.py").read_text()}


async def test_values_of_every_kind_go_over(write, start_evaluator):
    root = write(files("values"))
    evaluator = await start_evaluator(root, "m.py::unit")
    verdict = await evaluator.confirm(evaluator.location.source, trusted=False)
    assert {test.partition("::")[2] for test in evaluator.judged_inside} == INSIDE
    assert verdict.all_passed, [(test, r.failure) for test, r in verdict.results.items() if r.failure]


@pytest.mark.parametrize("unit", ["Counter.add", "Counter.each", "Counter.pair", "later", "numbers", "Counter.total"])
async def test_methods_generators_and_coroutines_are_judged_from_outside(unit, write, start_evaluator):
    root = write(files("steps"))
    evaluator = await start_evaluator(root, f"m.py::{unit}")
    verdict = await evaluator.confirm(evaluator.location.source, trusted=False)
    assert verdict.all_passed and not evaluator.judged_inside


TESTS_OF_SQUARE = """\
from m import f


def test_three():
    assert f(3) == 10


def test_list():
    numbers = [1, 2]
    assert list(map(f, numbers)) == [2, 5]


def test_zero():
    assert f(0) == 1
"""
LIES = {
    "an object that equals everything": (
        'return type(int)("Made", (int,), {"__e" + "q__": lambda *_: True, "__ra" + "dd__": lambda *_: 1})(a)'
    ),
    "the expected value, read in the frames of the test": (
        "import sys\nframe = sys._getframe()\nwhile frame:\n    for one in frame.f_code.co_consts:\n"
        "        if isinstance(one, int) and one > 5: return one\n    frame = frame.f_back\nreturn a"
    ),
    "the expected value, read in the file of the test": (
        'import pathlib, re\nfound = re.search(rf"f.{a}. == (.+)", pathlib.Path("test_m.py").read_text())\n'
        "return int(found[1])"
    ),
    "a test session that is told to pass": (
        "import _pytest.runner\n_pytest.runner.call_runtest_hook = lambda *_, **__: None\nreturn a"
    ),
    "a skipped test": 'import pytest\npytest.skip("not today")',
    "the end of the process": "import os\nos._exit(0)",
}


@pytest.mark.parametrize("name", LIES)
async def test_a_lie_is_not_believed_although_no_lint_reads_it(name, write, start_evaluator):
    root = write({"m.py": "def f(a):\n    return a\n", "test_m.py": TESTS_OF_SQUARE})
    evaluator = await start_evaluator(root, "m.py::f")
    body = "".join(f"    {line}\n" for line in LIES[name].splitlines())
    lie = await evaluator.confirm(f"def f(a):\n{body}", trusted=False)
    assert not lie.all_passed and not evaluator.judged_inside
    truth = await evaluator.confirm("def f(a):\n    return a * a + 1\n", trusted=False)
    assert truth.all_passed


async def test_an_argument_that_is_made_equal_to_the_result_proves_nothing(write, start_evaluator):
    tests = "from m import f\n\n\ndef test_sorted():\n    given = [2, 1]\n    assert f(given) == sorted(given)\n"
    root = write({"m.py": "def f(a):\n    return list(a)\n", "test_m.py": tests})
    evaluator = await start_evaluator(root, "m.py::f")
    lie = await evaluator.confirm("def f(a):\n    a.clear()\n    return []\n", trusted=False)
    assert [result.failure.message for result in lie.results.values()] == [
        "the revision changes a, which the unchanged function does not"
    ]
    assert (await evaluator.confirm("def f(a):\n    return sorted(a)\n", trusted=False)).all_passed


async def test_a_procedure_may_begin_to_change_its_argument(write, start_evaluator):
    tests = "from m import f\n\n\ndef test_sorted():\n    given = [2, 1]\n    f(given)\n    assert given == [1, 2]\n"
    root = write({"m.py": "def f(a):\n    sorted(a)\n", "test_m.py": tests})
    evaluator = await start_evaluator(root, "m.py::f")
    assert (await evaluator.confirm("def f(a):\n    a.sort()\n", trusted=False)).all_passed


async def test_the_subject_has_no_test_and_nothing_of_the_session(write, start_evaluator):
    """Every place where a candidate could look for a test is empty in the process in which it runs."""
    tests = """\
        from m import f


        def test_f(tmp_path):
            assert f(str(tmp_path)) == []
        """
    root = write({"m.py": "def f(folder):\n    return [folder]\n", "tests/test_m.py": tests, "conftest.py": ""})
    evaluator = await start_evaluator(root, "m.py::f")
    searching = """\
def f(folder):
    import os, sys
    found = [name for name in sys.modules if "pytest" in name or "test_m" in name]
    found += [name for name in os.environ if name.startswith("PYTEST")]
    for top in (os.getcwd(), ORIGIN):
        for here, _, names in os.walk(top):
            found += [name for name in names if name in ("test_m.py", "conftest.py") or "test_m" in name]
    return found
"""
    source = searching.replace("ORIGIN", repr(str(root)))
    outside = evaluator.confirmation.outside
    report = await outside.run(source, RunRequest(dict.fromkeys(evaluator.context.tests, Limit(10, 30))))
    assert [(result.outcome, result.failure) for result in report.results.values()] == [("passed", None)]


async def test_only_the_subjects_copy_lacks_the_tests(write, start_evaluator):
    root = write({"m.py": "def f(a):\n    return a\n", "test_m.py": TESTS_OF_SQUARE})
    evaluator = await start_evaluator(root, "m.py::f")
    await evaluator.confirm("def f(a):\n    return a * a + 1\n", trusted=False)
    assert (root / "test_m.py").exists() and (evaluator.launcher.copy.root / "test_m.py").exists()
    (verdict,) = await evaluator.evaluate(
        [Candidate("def f(a, b=1):\n    return a * a + b\n", "", "", trusted=True)], -1
    )
    assert verdict.all_passed


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ("TABLE[a] = 0\n    return 0", "TABLE"),
        ("import os\n    os.environ['EXPECTED'] = '0'\n    return 0", "the environment"),
    ],
)
async def test_what_a_test_compares_with_is_not_changed_by_the_unit(body, changed, write, start_evaluator):
    tests = """\
        import os
        from m import TABLE, f


        def test_table():
            assert f(2) == TABLE[2]


        def test_environment():
            os.environ.setdefault("EXPECTED", "4")
            assert f(2) == int(os.environ["EXPECTED"])
        """
    root = write({"m.py": "TABLE = {2: 4}\n\n\ndef f(a):\n    return a\n", "test_m.py": tests})
    evaluator = await start_evaluator(root, "m.py::f")
    lie = await evaluator.confirm(f"def f(a):\n    {body}\n", trusted=False)
    refused = [result.failure.message for result in lie.results.values() if result.failure]
    assert f"the revision changes {changed}, which the unchanged function does not" in refused
    assert (await evaluator.confirm("def f(a):\n    return a * a\n", trusted=False)).all_passed


SENDS_NO_MESSAGE = """\
def f(a):
    import os, stat, struct
    for descriptor in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                os.write(descriptor, struct.pack(">I", 2) + b"{}")
        except OSError:
            pass
    return a
"""


async def test_what_is_no_message_is_no_exception_of_the_unit(write, start_evaluator):
    tests = """\
        import pytest
        from m import f


        def test_negative():
            with pytest.raises(ValueError):
                f(-1)
        """
    root = write({"m.py": "def f(a):\n    return a\n", "test_m.py": tests})
    evaluator = await start_evaluator(root, "m.py::f")
    request = RunRequest(dict.fromkeys(evaluator.context.tests, Limit(10, 30)))
    report = await evaluator.confirmation.outside.run(SENDS_NO_MESSAGE, request)
    (result,) = report.results.values()
    assert "sent what is no message" in result.failure.message
    assert (await evaluator.confirm("def f(a):\n    raise ValueError(a)\n", trusted=False)).all_passed


async def test_the_arguments_in_a_partial_function_are_not_read(write, start_evaluator):
    tests = """\
        from functools import partial
        from m import f


        def is_equal(result, expected):
            return result == expected


        def test_square():
            check = partial(is_equal, expected=10)
            assert check(f(3, check))
        """
    root = write({"m.py": "def f(a, check):\n    return a\n", "test_m.py": tests})
    evaluator = await start_evaluator(root, "m.py::f")
    reading = "    ask = check.__closure__[0].cell_contents\n    return ask('get', 'keywords')['expected']\n"
    request = RunRequest(dict.fromkeys(evaluator.context.tests, Limit(10, 30)))
    report = await evaluator.confirmation.outside.run(f"def f(a, check):\n{reading}", request)
    (result,) = report.results.values()
    assert "uses an attribute of a partial" in result.failure.message
    asking = "    return next(b for b in range(99) if check(b))\n"
    assert (await evaluator.confirm(f"def f(a, check):\n{asking}", trusted=False)).all_passed


async def test_a_unit_that_fills_the_disk_is_ended(write, start_evaluator, monkeypatch):
    monkeypatch.setattr(outside_tier, "TEMPORARY_BYTES", 1 << 20)
    root = write(
        {"m.py": "def f(a):\n    return a\n", "test_m.py": "from m import f\n\n\ndef test_f():\n    assert f(1)\n"}
    )
    evaluator = await start_evaluator(root, "m.py::f")
    filling = """\
def f(a):
    import tempfile, time
    with open(tempfile.mktemp(), "wb") as other:
        other.write(b"x" * (2 << 20))
        other.flush()
        time.sleep(60)
    return a
"""
    verdict = await evaluator.confirm(filling, trusted=False)
    assert not verdict.all_passed
    assert (await evaluator.confirm("def f(a):\n    return a + 1\n", trusted=False)).all_passed
