"""Which unit to revise when none was named: run the tests, see which functions the failing ones call."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from reloc_lsp.evaluation.collection_errors import HINT, cause
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.harness.protocol.messages import CallsReport, Limit, RunRequest
from reloc_lsp.evaluation.reports import ChildReport
from reloc_lsp.evaluation.selection.fault_localization import function_suspiciousness
from reloc_lsp.evaluation.tiers import HarnessLauncher, Tier, first_tier
from reloc_lsp.search.verdict import Outcome, TestResult


@dataclass(frozen=True)
class Suspects:
    """Functions by file (relative to the workspace) and first line, the most suspicious first.

    `passed` and `total` count all the tests that were run.
    """

    places: Sequence[tuple[str, int]]
    passed: int
    total: int


async def localise(launcher: HarnessLauncher, files: Sequence[str], seconds: float) -> Suspects:
    """Run the tests in `files` under a trace of calls, for at most `seconds`.

    Raises `EvaluationError` where nothing could be collected.
    """
    results, calls, needs = await _traced(launcher, files, seconds)
    if await asyncio.to_thread(launcher.copy.make_writable, needs):
        results, calls, _ = await _traced(launcher, files, seconds)
    failing = {n for n, r in results.items() if r.outcome not in (Outcome.PASSED, Outcome.SKIPPED, Outcome.XFAILED)}
    tests = {file.split("::")[0] for file in files}
    scores = function_suspiciousness(calls, failing)
    own = {
        place: score
        for place, score in scores.items()
        if score > 0 and place[0] not in tests and not place[0].endswith("conftest.py")
    }
    passed = sum(r.outcome is Outcome.PASSED for r in results.values())
    order = sorted(own, key=lambda place: (-own[place], len(calls[place]), place))
    return Suspects(order, passed, len(results))


Trace = tuple[dict[int, TestResult], dict[tuple[str, int], set[int]], set[str]]
"""Results by test number, the tests that call each function, and what they needed besides the processor."""


async def _traced(launcher: HarnessLauncher, files: Sequence[str], seconds: float) -> Trace:
    tier = await first_tier(launcher, None, files)
    try:
        if not tier.tests:
            first = next(iter(tier.collected.errors), None)
            text = f"{first.where}: {cause(first.text)}" if first else "there are no tests"
            raise EvaluationError(f"No test could be collected: {text.rstrip('.')}. {HINT}")
        return await _trace(tier, seconds)
    finally:
        await tier.close()


async def _trace(tier: Tier, seconds: float) -> Trace:
    results: dict[int, TestResult] = {}
    calls: dict[tuple[str, int], set[int]] = defaultdict(set)
    needs: set[str] = set()
    deadline = time.monotonic() + seconds

    def add(report: ChildReport) -> None:
        last = report.last(CallsReport)
        for function in last.functions if last else ():
            calls[function.file, function.line].update(function.tests)

    async def part(tests: list[int]) -> None:
        limit = Limit(min(10.0, seconds), min(12.0, seconds * 1.2))
        while tests and time.monotonic() < deadline:
            report = await tier.run("", RunRequest(dict.fromkeys(tests, limit), trace_calls=True, learn=True))
            results.update(report.results)
            needs.update(report.permissions)
            add(report)
            if report.ended == "done" or not report.results:
                return
            # What the lost child had traced went with it: the tests it survived run once more.
            survived = list(report.results)[:-1]
            if survived:
                add(await tier.run("", RunRequest(dict.fromkeys(survived, limit), trace_calls=True)))
            tests = [n for n in tests if n not in report.results]

    numbers = list(range(len(tier.tests)))
    middle = -(-len(numbers) // 2) if len(numbers) > 40 else len(numbers)
    await asyncio.gather(*(part(half) for half in (numbers[:middle], numbers[middle:]) if half))
    return results, calls, needs
