"""A look at run-time values: what expressions are worth at sites of the unit while its tests run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reloc_lsp.evaluation.fork_client import ChildReport, Limit
from reloc_lsp.evaluation.tiers import Tier
from reloc_lsp.search.runtime_values import ProgramPoint, RuntimeValues
from reloc_lsp.search.verdict import Outcome, TestResult

LIMIT = Limit(7.0, 20.0)
MOST_DEATHS = 3
EARLIER = 0.3


@dataclass(frozen=True)
class HarnessValueProbe:
    """Runs `tests` on the unit's lines `source`, which takes up `lines` of the file; its first statement is `entry`."""

    tier: Tier
    source: str
    tests: Sequence[int]
    lines: tuple[int, int]
    entry: int

    async def values(self, sites: Sequence[ProgramPoint]) -> RuntimeValues:
        """Run the tests once to learn how often they come by, and once more to look at the visits that matter."""
        first, results = await self._run({})
        calls, counts = first.get("calls", {}), first.get("counts", {})
        wanted = {str(site.line): list(site.expressions) for site in sites}
        found, _ = await self._run(wanted, last_calls=calls, last_visits=counts)
        vectors, blame, truth, last_calls, answers = {}, {}, {}, {}, {}
        for site in sites:
            line = str(site.line)
            rows = [row for row in found.get("visits", {}).get(line, []) if row[0] is not None]
            columns = list(zip(*(row for _, _, row in rows), strict=True)) or [()] * len(site.expressions)
            vectors[site.line] = dict(zip(site.expressions, columns, strict=True))
            blame[site.line] = _blame([(test, call) for test, call, _ in rows], results, calls)
            last_calls[site.line] = tuple(test if call >= calls.get(str(test), 1) else -1 for test, call, _ in rows)
            wanted_here = found.get("answers", {}).get(line, {})
            answers[site.line] = {int(test): frozenset(numbers) for test, numbers in wanted_here.items()}
            truth[site.line] = {int(n): bool(t) for n, t in found.get("truth", {}).get(line, {}).items()}
        seen = Counter((test, line) for line, tests in last_calls.items() for test in tests)
        partial = frozenset(
            int(line)
            for test, visits in counts.items() if results[int(test)].outcome is not Outcome.PASSED
            for line, count in visits.items() if count > seen[int(test), int(line)]
        )  # fmt: skip
        ended = {int(test): line for test, line in found.get("ended", {}).items()}
        return RuntimeValues(vectors, blame, truth, last_calls, answers, ended, partial)

    async def _run(
        self, sites: Mapping[str, Sequence[str]], **more: Any
    ) -> tuple[Mapping[str, Any], dict[int, TestResult]]:
        """What the probe reports, and how the tests ended; a test that ends the process is then left out."""
        tests = list(self.tests)
        results: dict[int, TestResult] = {}
        for _ in range(MOST_DEATHS):
            if not tests:
                break
            report: ChildReport = await self.tier.run(
                self.source, tests, [LIMIT] * len(tests),
                probe=True, lines=self.lines, entry=self.entry, sites=sites, **more,
            )  # fmt: skip
            results |= report.results
            found = report.record("probe")
            if found is not None or not report.results:
                return found or {}, results
            # A test that ends the process takes what was seen with it: look again without it.
            tests.remove(list(report.results)[-1])
        return {}, results


def _blame(
    visits: Sequence[tuple[int, int]], results: Mapping[int, TestResult], calls: Mapping[str, int]
) -> tuple[float, ...]:
    """How likely each visit `(test, call)` is at fault.

    A test fails at its first wrong answer, so the last call it made is the first to suspect; and if that call raised,
    so is its last visit.
    """
    last = {test: position for position, (test, _) in enumerate(visits)}
    blame = []
    for position, (test, call) in enumerate(visits):
        result = results.get(test)
        if result is None or result.outcome is Outcome.PASSED:
            blame.append(0.0)
            continue
        raised = result.failure is not None and bool(result.failure.unit_lines)
        suspect = call >= calls.get(str(test), 1) and (not raised or position == last[test])
        blame.append(1.0 if suspect else EARLIER)
    return tuple(blame)
