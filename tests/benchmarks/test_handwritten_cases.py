"""The hand-written repair cases are valid.

For every case, the tests reject the broken module and accept the fixed one, the
held-out tests accept the fixed one, and the two modules differ only in the
named function.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

SETS = [Path(__file__).parent / name for name in ("handwritten", "exercises")]
KINDS = frozenset(
    {
        "missing-code",
        "missing-condition",
        "missing-call",
        "wrong-operator",
        "wrong-value",
        "wrong-variable",
        "wrong-function",
        "superfluous-code",
        "swapped",
        "paired",
        "misplaced",
        "wrong-return",
        "two-edits",
    }
)
EXERCISE_KINDS = {"excess", "function", "missing", "operator", "other", "value", "variable"}
TIMEOUT = 20.0
"""Seconds until a test run counts as hanging. Chosen by hand."""
TESTS_FAILED = int(pytest.ExitCode.TESTS_FAILED)
ALL_PASSED = int(pytest.ExitCode.OK)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Case:
    """One planted bug as its file describes it."""

    name: str
    kind: str
    module: str
    qualname: str
    broken: str
    fixed: str
    tests: str
    held_out: str


def read_case(path: Path) -> Case:
    """Read a case file."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    module, _, qualname = data.pop("unit").partition("::")
    return Case(name=path.stem, module=module, qualname=qualname, **data)


def read_cases() -> list[Case]:
    """All cases of both sets, sorted by name within a set."""
    return [read_case(path) for folder in SETS for path in sorted(folder.glob("*.toml"))]


def find_unit(tree: ast.Module, qualname: str) -> Function:
    """The function with this dotted name; it must be the only one."""
    body: list[ast.stmt] = tree.body
    *owners, last = qualname.split(".")
    for owner in owners:
        (scope,) = (s for s in body if isinstance(s, ast.ClassDef) and s.name == owner)
        body = scope.body
    (unit,) = (s for s in body if isinstance(s, Function) and s.name == last)
    return unit


def surroundings(text: str, qualname: str) -> tuple[str, str]:
    """The module text before and after the named function."""
    unit = find_unit(ast.parse(text), qualname)
    lines = text.splitlines(keepends=True)
    return "".join(lines[: unit.lineno - 1]), "".join(lines[unit.end_lineno :])


def run_tests(folder: Path, case: Case, module: str, suites: dict[str, str]) -> int | None:
    """Exit status of the test run in a new workspace; `None` if it hangs."""
    folder.mkdir()
    (folder / case.module).write_text(module, encoding="utf-8")
    for name, text in suites.items():
        (folder / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *suites]
    environment = {
        **os.environ,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return None
    return done.returncode


ALL_CASES = read_cases()
every_case = pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: case.name)


def test_enough_cases() -> None:
    """The first set is large, has all kinds, and at least half of it is missing code; the second has its own kinds."""
    kinds = Counter(read_case(path).kind for path in SETS[0].glob("*.toml"))
    missing = sum(count for kind, count in kinds.items() if kind.startswith("missing-"))
    assert kinds.total() >= 70
    assert set(kinds) == KINDS
    assert 2 * missing >= kinds.total()
    assert {read_case(path).kind for path in SETS[1].glob("*.toml")} == EXERCISE_KINDS


def test_modules_are_distinct() -> None:
    """No two cases share a module name."""
    assert len({case.module for case in ALL_CASES}) == len(ALL_CASES)


@every_case
def test_only_the_unit_differs(case: Case) -> None:
    """The bug lies in the named function and changes its syntax tree."""
    broken = find_unit(ast.parse(case.broken), case.qualname)
    fixed = find_unit(ast.parse(case.fixed), case.qualname)
    assert ast.dump(broken) != ast.dump(fixed)
    assert surroundings(case.broken, case.qualname) == surroundings(case.fixed, case.qualname)


@every_case
def test_broken_fails(case: Case, tmp_path: Path) -> None:
    """The tests run, and they reject the broken module or hang."""
    status = run_tests(tmp_path / "broken", case, case.broken, {"test_unit.py": case.tests})
    assert status in (TESTS_FAILED, None)


@every_case
def test_fixed_passes(case: Case, tmp_path: Path) -> None:
    """The fixed module passes the tests and the held-out tests."""
    suites = {"test_unit.py": case.tests, "test_held_out.py": case.held_out}
    assert run_tests(tmp_path / "fixed", case, case.fixed, suites) == ALL_PASSED
