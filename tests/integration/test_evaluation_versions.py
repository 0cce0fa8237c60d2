"""The harness works with the oldest and the newest Python and pytest: its tiers agree, repair and cache bytecode.

RELOC_TEST_INTERPRETERS names the Pythons to test, separated like PATH; each has a pytest. Otherwise the environment of
these tests is used.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from verdicts import evaluate, outcomes

from reloc_lsp.evaluation import harness
from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.interpreter import Interpreter, find_interpreter
from reloc_lsp.search.verdict import Outcome

INTERPRETERS = [path for path in os.environ.get("RELOC_TEST_INTERPRETERS", "").split(os.pathsep) if path]

MODULE = "def f(a):\n    return a\n"
CALLED_AT_IMPORT = MODULE + "FIVE = f(5)\n"
WRONG, RIGHT = "def f(a):\n    return a and 4\n", "def f(a):\n    return a and 3\n"

RUN_ELSEWHERE = """
    import subprocess, sys

    def test():
        code = "import m, sys; sys.exit(m.f(5))"
        assert subprocess.run([sys.executable, "-c", code]).returncode == 3
"""

CONFTEST = """
    import pytest
    from m import f

    @pytest.fixture(scope="session")
    def three(tmp_path_factory):
        (tmp_path_factory.mktemp("base") / "n").write_text("3")
        return 3

    @pytest.fixture(scope="module", params=[3, 5])
    def number(request): return request.param

    @pytest.fixture
    def checked_afterwards():
        yield
        assert f(5) == 3

    @pytest.fixture
    def made_from_unit():
        assert f(5) == 3
"""
TESTS = """
    import logging, unittest
    import other, pytest
    from m import f
    TEXT = "from source"

    def test_passes(three): assert f(3) == three
    def test_fails(three): assert f(5) == three
    def test_parameter(number): assert f(number) == 3
    def test_teardown_fails(checked_afterwards): assert f(3) == 3
    def test_setup_fails(made_from_unit): assert f(3) == 3
    def test_tmp_path(tmp_path):
        (tmp_path / "n").write_text(str(f(5)))
        assert tmp_path.name == "test_tmp_path0" and (tmp_path / "n").read_text() == "3"
    def test_captured(capsys, caplog):
        print(f(3))
        logging.getLogger("x").warning("%d", f(3))
        assert capsys.readouterr().out == "3\\n" and caplog.messages == ["3"]
    def test_import(): assert f(3) and other.TEXT.endswith("source")
    def test_import_of_test(): assert f(3) and TEXT.endswith("source")

    @pytest.mark.xfail
    def test_xfail(): assert f(5) == 3 and f(0)
    @pytest.mark.xfail(strict=True)
    def test_strict_xfail(): assert f(5) == 5
    def test_xfail_inside():
        f(3)
        pytest.xfail("not yet")
    @pytest.mark.skip
    def test_skip(): assert f(5) == 3
    def test_skip_inside():
        f(3)
        pytest.skip("no")

    class TestClass:
        def setup_method(self): self.calls = f(0)
        def test_method(self):
            self.calls += f(5)
            assert self.calls == 3

    class Case(unittest.TestCase):
        def test_passes(self): self.assertEqual(f(3), 3)
        def test_fails(self): self.assertEqual(f(5), 3)
        @unittest.expectedFailure
        def test_expected_failure(self): self.assertEqual(f(0), 3)
        @unittest.expectedFailure
        def test_unexpected_success(self): self.assertEqual(f(0), 0)
        def test_subtest_fails(self):
            for n in (3, 5):
                with self.subTest(n=n): self.assertEqual(f(n), 3)
        def test_cleanup_fails(self): self.addCleanup(lambda: self.assertEqual(f(5), 3))
"""
SUBTESTS = """
    def test_subtests(subtests):
        for n in (3, 5):
            with subtests.test(n=n): assert f(n) == 3
"""
PASSED, FAILED, XFAILED = Outcome.PASSED, Outcome.FAILED, Outcome.XFAILED
EXPECTED = {
    "test_passes": PASSED,
    "test_fails": FAILED,
    "test_parameter[3]": PASSED,
    "test_parameter[5]": FAILED,
    "test_teardown_fails": FAILED,
    "test_setup_fails": FAILED,
    "test_tmp_path": FAILED,
    "test_captured": PASSED,
    "test_import": PASSED,
    "test_import_of_test": PASSED,
    "test_xfail": XFAILED,
    "test_strict_xfail": FAILED,
    "test_xfail_inside": XFAILED,
    "TestClass::test_method": FAILED,
    "Case::test_passes": PASSED,
    "Case::test_fails": FAILED,
    "Case::test_expected_failure": XFAILED,
    "Case::test_unexpected_success": FAILED,
    "Case::test_subtest_fails": FAILED,
    "Case::test_cleanup_fails": FAILED,
}
REPAIRED = {name: PASSED if outcome is FAILED else outcome for name, outcome in EXPECTED.items()}
REPAIRED |= {"test_strict_xfail": XFAILED, "Case::test_unexpected_success": FAILED}


@dataclass(frozen=True)
class Workspace:
    """The files of a workspace, and how its tests end with the wrong unit and with the right one."""

    files: dict[str, str]
    expected: dict[str, Outcome]
    repaired: dict[str, Outcome]


def workspace(interpreter: Interpreter, module: str, **more_tests: str) -> Workspace:
    """Tests of every kind that this pytest knows, and `more_tests`, which fail with the wrong unit."""
    assert interpreter.pytest is not None
    if int(interpreter.pytest.split(".")[0]) >= 9:
        more_tests["test_subtests"] = SUBTESTS
    text = dedent(TESTS) + "".join(map(dedent, more_tests.values()))
    return Workspace(
        {"m.py": module, "other.py": 'TEXT = "from source"\n', "conftest.py": CONFTEST, "test_m.py": text},
        EXPECTED | dict.fromkeys(more_tests, FAILED),
        REPAIRED | dict.fromkeys(more_tests, PASSED),
    )


def change_bytecode(evaluator: PytestEvaluator, module: str) -> None:
    """Change a text in the cached bytecode of a module."""
    (path,) = (path for kept in evaluator.launcher.copy.kept_bytecode for path in kept.rglob(f"{module}.*.pyc"))
    path.write_bytes(path.read_bytes().replace(b"from source", b"from a .pyc"))


def passes(outcomes: dict[str, Outcome]) -> int:
    return list(outcomes.values()).count(PASSED)


@pytest.fixture(params=INTERPRETERS or [None], ids=lambda path: Path(path).parents[1].name if path else "active")
def interpreter(request, active_interpreter, tmp_path) -> Interpreter:
    return find_interpreter(tmp_path, request.param) if request.param else active_interpreter


async def test_warm_and_cold_runs_agree_and_repair(interpreter, write, start_evaluator):
    files = workspace(interpreter, MODULE)
    evaluator = await start_evaluator(write(files.files), "m.py::f", interpreter=str(interpreter.executable))
    assert evaluator.baseline.tier.name == "warm", evaluator.baseline.reason
    assert outcomes(evaluator.unchanged) == files.expected
    assert outcomes(await evaluator.confirm(MODULE)) == files.expected
    wrong, right = await evaluate(evaluator, WRONG, RIGHT)
    assert not wrong.passed > evaluator.unchanged.passed and right.passed == passes(files.repaired)
    assert outcomes(await evaluator.confirm(RIGHT)) == files.repaired
    for name in ("other", "test_m"):
        change_bytecode(evaluator, name)
    from_bytecode = {"test_import": FAILED, "test_import_of_test": FAILED}
    assert outcomes(await evaluator.confirm(RIGHT)) == files.repaired | from_bytecode


async def test_fresh_runs_agree_and_repair(interpreter, write, start_evaluator):
    files = workspace(
        interpreter, CALLED_AT_IMPORT, test_five="from m import FIVE\ndef test_five(): assert FIVE == 3\n"
    )
    evaluator = await start_evaluator(write(files.files), "m.py::f", interpreter=str(interpreter.executable))
    assert evaluator.baseline.tier.name == "fresh", evaluator.baseline.reason
    assert outcomes(evaluator.unchanged) == files.expected
    _, right = await evaluate(evaluator, WRONG, RIGHT)
    assert right.passed == passes(files.repaired)


async def test_a_unit_of_the_cold_tier_is_repaired(interpreter, write, start_evaluator):
    files = {"m.py": MODULE, "test_m.py": RUN_ELSEWHERE}
    evaluator = await start_evaluator(write(files), "m.py::f", interpreter=str(interpreter.executable))
    assert evaluator.baseline.tier.name == "cold"
    wrong, right = await evaluate(evaluator, WRONG, RIGHT)
    assert right.all_passed and not wrong.all_passed


PRIVATE_PARTS = """
import importlib, json, pytest, runpy, sys

load_package = runpy.run_path({boot!r})["load_package"]
name = load_package()
pytest_compat = importlib.import_module(name + ".pytest_runner.pytest_compat")
importlib_compat = importlib.import_module(name + ".isolation.importlib_compat")
compared = []

class Listener:
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self):
        pytest_compat.set_comparison_listener(lambda *comparison: compared.append(comparison))

pytest.main(["-q", "-p", "no:cacheprovider", {tests!r}], plugins=[Listener()])
print()
print(json.dumps([list(pytest_compat.missing_parts()), importlib_compat.missing_parts(), compared]))
"""


def test_no_private_part_is_missing(interpreter, tmp_path):
    tests = tmp_path / "test_m.py"
    tests.write_text("def test(): assert 5 == 3\n")
    boot = Path(harness.__file__).with_name("boot.py")
    done = subprocess.run(
        [interpreter.executable, "-c", PRIVATE_PARTS.format(boot=str(boot), tests=str(tests))],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [[], [], [["==", 5, 3]]]
