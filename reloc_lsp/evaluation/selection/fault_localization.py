"""What the baseline says about where the fault is: spectrum-based localisation (Ochiai) and tracebacks."""

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


def ochiai(reached: Collection[int], failing: Collection[int]) -> float:
    """Suspicion of something reached by the tests `reached`, of which some are among the `failing` ones."""
    hit = len(set(reached) & set(failing))
    return hit / math.sqrt(len(failing) * len(reached)) if hit else 0.0


def localize_faults(baseline: Baseline) -> FaultEvidence:
    """Suspicion by line and types by name, from the baseline's runs."""
    failing = {n for n in baseline.tests if baseline.results[n].outcome is not Outcome.PASSED}
    by_line: dict[int, set[int]] = {}
    for test in baseline.tests:
        for line in baseline.lines.get(test, ()):
            by_line.setdefault(line, set()).add(test)
    suspicion = {line: ochiai(tests, failing) for line, tests in by_line.items()}
    raised: dict[int, str] = {}
    for test in sorted(failing):
        failure = baseline.results[test].failure
        for line in failure.unit_lines[-1:] if failure else ():
            suspicion[line] = max(suspicion.get(line, 0.0), 0.95)
            raised.setdefault(line, failure.kind if failure else "")
    return FaultEvidence(suspicion, baseline.types, raised)


def expected_exceptions(baseline: Baseline) -> tuple[str, ...]:
    """Exceptions that failing tests expect (`pytest.raises`, `assertRaises`) and did not get."""
    failures = [baseline.results[test].failure for test in baseline.tests]
    found = [name for failure in failures if failure for name in _not_raised(failure.message)]
    return tuple(dict.fromkeys(found))


def _not_raised(message: str) -> list[str]:
    """The exceptions named by pytest (8: `DID NOT RAISE <class 'a.B'>`, 9: `DID NOT RAISE B`) or by unittest."""
    unittest = re.match(r"(\w+) not raised", message)
    if unittest:
        return [unittest.group(1)]
    _, _, rest = message.partition("DID NOT RAISE ")
    named = rest.removeprefix("any of ").strip("()")
    classes = re.findall(r"<class '(?:[\w.]*\.)?(\w+)'>", named)
    return classes or [name for name in named.split(", ") if name.isidentifier()]


def test_literals(user: UserFiles, files: Collection[Path]) -> frozenset[str]:
    """Constants written in the test files, as `repr`; files that do not parse give none."""
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
    """Suspicion of functions, keyed by file and first line, from the tests that call them."""
    return {place: ochiai(tests, failing) for place, tests in calls.items()}
