"""Suspect functions: which function to revise if the user named none. Failing tests point to what they call."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from reloc_lsp.evaluation.baseline.hang_limits import HangLimits
from reloc_lsp.evaluation.errors import HINT, EvaluationError, cause
from reloc_lsp.evaluation.harness.protocol.records import CallsReport, StoppedAt
from reloc_lsp.evaluation.harness.protocol.values import Limit, RunRequest
from reloc_lsp.evaluation.reports import ChildReport
from reloc_lsp.evaluation.selection.fault_localization import function_suspiciousness
from reloc_lsp.evaluation.tiers import HarnessLauncher, Tier, first_tier
from reloc_lsp.evaluation.workspace.outside_files import OutsideFilesNeededError
from reloc_lsp.search.verdict import Outcome, TestResult

Function = tuple[str, int]
"""A function by its file, relative to the workspace, and its first line."""

TEST_LIMIT = Limit(10.0, 12.0)
"""Seconds of CPU and by the clock for one test under a trace of calls. Chosen by hand."""
SPLIT_ABOVE = 40
"""With more tests, two halves run at the same time. Chosen by hand."""
STOPPED_SUSPICIOUSNESS = 0.95
"""Least suspiciousness, from 0 to 1, of the function in which a test was when its time was up. Chosen by hand."""
MAX_NAMES = 5
"""Tests listed in an error message. Chosen by hand."""


@dataclass(frozen=True)
class Suspects:
    """The functions that failing tests call, the most suspicious first.

    `passed` and `total` count all tests that were run.
    """

    functions: Sequence[Function]
    passed: int
    total: int


async def find_suspects(
    launcher: HarnessLauncher, files: Sequence[str], seconds: float, about: str = "", doctests: Sequence[str] = ()
) -> Suspects:
    """Run the tests in `files` under a trace of calls, for at most `seconds`, and rank the functions they call.

    With the node id `about` only failures of these tests count, and the others show which functions work. Functions of
    the test files and of `conftest.py` are left out, but not those of `doctests`, files whose doctests
    are tests. Raises `EvaluationError` if no test is collected, and
    `OutsideFilesNeededError`.
    """
    trace = await _collect_and_trace(launcher, files, seconds, about)
    if await asyncio.to_thread(launcher.copy.make_writable, trace.permissions):
        trace = await _collect_and_trace(launcher, files, seconds, about)
    outside = launcher.copy.outside_files(trace.missing)
    if outside:
        raise OutsideFilesNeededError(outside)
    results, calls = trace.results, trace.calls
    failing = {n for n, r in results.items() if r.outcome not in (Outcome.PASSED, Outcome.SKIPPED, Outcome.XFAILED)}
    # What other failing tests call is neither right nor the cause of these failures.
    calls = {function: tests - (failing - trace.chosen) for function, tests in calls.items()}
    test_files = {file.split("::")[0] for file in files}.difference(doctests)
    scores = {
        (file, line): score
        for (file, line), score in function_suspiciousness(calls, failing & trace.chosen).items()
        if score > 0 and file not in test_files and not file.endswith("conftest.py")
    }
    for test, functions in trace.stopped_in.items():
        innermost = next((function for function in functions if function in scores), None)
        if innermost and test in failing & trace.chosen and results[test].outcome is Outcome.TIMEOUT:
            scores[innermost] = max(scores[innermost], STOPPED_SUSPICIOUSNESS)
    chosen = [result for n, result in results.items() if n in trace.chosen]
    passed = sum(result.outcome is Outcome.PASSED for result in chosen)
    # Of equally suspicious functions, the one that fewer tests call comes first.
    ranked = sorted(scores, key=lambda function: (-scores[function], len(calls[function]), function))
    return Suspects(ranked, passed, len(chosen))


def _is_about(test: str, about: str) -> bool:
    """Whether a node id is `about`, or of a test in the file, class or parametrized test of that name."""
    return test.startswith(about) and test[len(about) : len(about) + 1] in ("", ":", "[")


@dataclass
class _Trace:
    """Results by test number, the tests that call each function, and the permissions that the tests required.
    `missing` are the paths beside the copy that they look for in vain.

    `chosen` are the numbers of the tests whose failures count. `stopped_in` has the functions in which a test was whose
    time was up, the innermost first.
    """

    chosen: set[int] = field(default_factory=set)
    results: dict[int, TestResult] = field(default_factory=dict)
    calls: dict[Function, set[int]] = field(default_factory=lambda: defaultdict(set))
    permissions: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    stopped_in: dict[int, Sequence[Function]] = field(default_factory=dict)

    def add_calls(self, report: ChildReport) -> None:
        last, stopped = report.last(CallsReport), report.last(StoppedAt)
        for function in (*(last.functions if last else ()), *(stopped.functions if stopped else ())):
            self.calls[function.file, function.line].update(function.tests)
        if stopped:
            self.stopped_in |= {
                test: [(function.file, function.line) for function in stopped.functions]
                for function in stopped.functions[:1] for test in function.tests
            }  # fmt: skip


async def _collect_and_trace(launcher: HarnessLauncher, files: Sequence[str], seconds: float, about: str) -> _Trace:
    tier = await first_tier(launcher, None, files)
    try:
        if not tier.tests:
            first = next(iter(tier.collected.errors), None)
            text = f"{first.where}: {cause(first.text)}" if first else "there are no tests"
            raise EvaluationError(f"No test could be collected: {text.rstrip('.')}. {HINT}")
        chosen = {n for n, test in enumerate(tier.tests) if _is_about(test, about)} if about else range(len(tier.tests))
        if not chosen:
            raise EvaluationError(f"pytest collects no test {about}. It collects: {_some(tier.tests)}.")
        return await _trace_calls(tier, set(chosen), seconds)
    finally:
        await tier.close()


def _some(tests: Sequence[str]) -> str:
    return ", ".join(tests[:MAX_NAMES]) + (", …" if len(tests) > MAX_NAMES else "")


async def _trace_calls(tier: Tier, chosen: set[int], seconds: float) -> _Trace:
    trace = _Trace(chosen)
    deadline = time.monotonic() + seconds
    most = Limit(min(TEST_LIMIT.cpu, seconds), min(TEST_LIMIT.wall, seconds * TEST_LIMIT.wall / TEST_LIMIT.cpu))
    hanging = HangLimits(most)

    async def run(tests: list[int]) -> None:
        while tests and time.monotonic() < deadline:
            limits = hanging.limits(tests, trace.results)
            report = await tier.run("", RunRequest(limits, trace_calls=True, stacks=True, learn=True))
            trace.results.update(report.results)
            trace.permissions.update(report.permissions)
            trace.missing.update(report.missing)
            trace.add_calls(report)
            if report.ended == "done" or not report.results:
                return
            # A process that died reports no calls. The tests that it ran to their end run once more.
            survived = list(report.results)[:-1] if report.last(CallsReport) is None else []
            if survived:
                trace.add_calls(await tier.run("", RunRequest(dict.fromkeys(survived, most), trace_calls=True)))
            tests = [n for n in tests if n not in report.results]

    numbers = sorted(range(len(tier.tests)), key=lambda n: n not in chosen)
    middle = -(-len(numbers) // 2) if len(numbers) > SPLIT_ABOVE else len(numbers)
    await asyncio.gather(*(run(half) for half in (numbers[:middle], numbers[middle:]) if half))
    await run(hanging.stopped_too_soon(trace.results))
    return trace
