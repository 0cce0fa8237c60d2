"""Fault localization: what the baseline shows about where the fault is, from line coverage and from tracebacks."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from reloc_lsp.evaluation.baseline.baseline import Baseline
from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.search.candidate import FaultEvidence
from reloc_lsp.search.verdict import Outcome

RAISED_SUSPICIOUSNESS = 0.95
"""Least suspiciousness, from 0 to 1, of a line at which a failing test's exception left the unit, and of the loop in
which a test was when its time was up. Chosen by hand."""


def ochiai(reached: Collection[int], failing: Collection[int]) -> float:
    """Suspiciousness, from 0 to 1, of a line or function that the tests `reached` execute (Ochiai's coefficient).

    `failing` are all failing tests. The formula is `f / sqrt(F * n)`: `f` failing tests among the `n` reached ones,
    `F` failing tests in all.
    """
    hit = len(set(reached) & set(failing))
    return hit / math.sqrt(len(failing) * len(reached)) if hit else 0.0


def localize_faults(baseline: Baseline, module: ast.Module) -> FaultEvidence:
    """The suspiciousness of each line of the unit, the run-time types of its names, and the exceptions it raised.

    `module` is the syntax tree of the unit's file.
    """
    failing = {n for n in baseline.tests if baseline.results[n].outcome is not Outcome.PASSED}
    tests_by_line: dict[int, set[int]] = {}
    for test in baseline.tests:
        for line in baseline.lines.get(test, ()):
            tests_by_line.setdefault(line, set()).add(test)
    suspiciousness = {line: ochiai(tests, failing) for line, tests in tests_by_line.items()}
    raised: dict[int, str] = {}
    for test in sorted(failing):
        failure, stopped = baseline.results[test].failure, baseline.results[test].stopped
        for line in _loop_around(module, stopped.unit_lines[-1]) if stopped and stopped.unit_lines else ():
            suspiciousness[line] = max(suspiciousness.get(line, 0.0), RAISED_SUSPICIOUSNESS)
        for line in failure.unit_lines[-1:] if failure else ():
            suspiciousness[line] = max(suspiciousness.get(line, 0.0), RAISED_SUSPICIOUSNESS)
            raised.setdefault(line, failure.kind if failure else "")
    return FaultEvidence(suspiciousness, baseline.types, raised)


def _loop_around(module: ast.Module, line: int) -> range:
    """The lines of the innermost loop around a line; the line alone if it is in no loop."""
    loops = [
        range(node.lineno, (node.end_lineno or node.lineno) + 1)
        for node in ast.walk(module) if isinstance(node, (ast.While, ast.For, ast.AsyncFor))
    ]  # fmt: skip
    around = [loop for loop in loops if line in loop]
    return min(around, key=len, default=range(line, line + 1))


def expected_exceptions(baseline: Baseline) -> tuple[str, ...]:
    """Names of exceptions that failing tests expect (`pytest.raises`, `assertRaises`) and the unit does not raise."""
    failures = [baseline.results[test].failure for test in baseline.tests]
    found = [name for failure in failures if failure for name in _not_raised(failure.message)]
    return tuple(dict.fromkeys(found))


def _not_raised(message: str) -> list[str]:
    """The exceptions that a failure message of pytest or unittest says were not raised.

    pytest 8 writes `DID NOT RAISE <class 'a.B'>`, pytest 9 `DID NOT RAISE B`, unittest `B not raised`.
    """
    unittest = re.match(r"(\w+) not raised", message)
    if unittest:
        return [unittest.group(1)]
    _, _, rest = message.partition("DID NOT RAISE ")
    named = rest.removeprefix("any of ").strip("()")
    classes = re.findall(r"<class '(?:[\w.]*\.)?(\w+)'>", named)
    return classes or [name for name in named.split(", ") if name.isidentifier()]


def test_literals(user: UserFiles, files: Collection[Path]) -> frozenset[str]:
    """The literals in the source of the test files, as `repr` gives them. Files that do not parse are left out."""
    found: set[str] = set()
    for file in files:
        try:
            tree = ast.parse(user.read(file))
        except (OSError, SyntaxError, ValueError):
            continue
        found |= {repr(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return frozenset(found)


def function_suspiciousness(
    calls: Mapping[tuple[str, int], Collection[int]], failing: Collection[int]
) -> dict[tuple[str, int], float]:
    """The suspiciousness of functions. `calls` has the tests that call each function, by its file and first line."""
    return {function: ochiai(tests, failing) for function, tests in calls.items()}
