"""A look at run-time values: what expressions are worth at sites of the unit while its tests run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reloc_lsp.evaluation.harness.protocol.messages import Limit, ProbeReport, ProbeRequest, RunRequest
from reloc_lsp.evaluation.tiers import Tier
from reloc_lsp.search.runtime_values import ProgramPoint, RuntimeValues
from reloc_lsp.search.verdict import Outcome, TestResult

LIMIT = Limit(7.0, 20.0)
MOST_DEATHS = 3
EARLIER = 0.3
NOTHING = ProbeReport({}, {}, {}, {}, {}, {}, {})


@dataclass(frozen=True)
class HarnessValueProbe:
    """Runs `tests` on the unit's lines `source`, which takes up `lines` of the file; its first statement is `entry`."""

    tier: Tier
    source: str
    tests: Sequence[int]
    lines: tuple[int, int]
    entry: int

    async def values(self, sites: Sequence[ProgramPoint]) -> RuntimeValues:
        """Run the tests once to count calls and visits, and once more to evaluate at the visits that matter."""
        first, results = await self._run(ProbeRequest(self.lines, self.entry, {}))
        points = {site.line: site.expressions for site in sites}
        found, _ = await self._run(ProbeRequest(self.lines, self.entry, points, first.calls, first.counts))
        calls = first.calls
        vectors, blame, truth, last_calls, answers = {}, {}, {}, {}, {}
        for line, expressions in points.items():
            visits = found.visits.get(line, ())
            rows = [
                (test, call, row) for test, call, row in visits if test is not None and len(row) == len(expressions)
            ]
            columns = list(zip(*(row for _, _, row in rows), strict=True)) or [()] * len(expressions)
            vectors[line] = dict(zip(expressions, columns, strict=True))
            blame[line] = _blame([(test, call) for test, call, _ in rows], results, calls)
            last_calls[line] = tuple(test if call >= calls.get(test, 1) else -1 for test, call, _ in rows)
            answers[line] = {test: frozenset(numbers) for test, numbers in found.answers.get(line, {}).items()}
            truth[line] = found.truth.get(line, {})
        seen = Counter((test, line) for line, tests in last_calls.items() for test in tests)
        partial = frozenset(
            line
            for test, counts in first.counts.items() if test in results and results[test].outcome is not Outcome.PASSED
            for line, count in counts.items() if count > seen[test, line]
        )  # fmt: skip
        return RuntimeValues(vectors, blame, truth, last_calls, answers, found.ended, partial)

    async def _run(self, probe: ProbeRequest) -> tuple[ProbeReport, dict[int, TestResult]]:
        """What the probe reports, and how the tests ended; a test that ends the process is then left out."""
        tests = list(self.tests)
        results: dict[int, TestResult] = {}
        for _ in range(MOST_DEATHS):
            if not tests:
                break
            report = await self.tier.run(self.source, RunRequest(dict.fromkeys(tests, LIMIT), probe=probe))
            results |= report.results
            found = report.last(ProbeReport)
            if found is not None or not report.results:
                return found or NOTHING, results
            # A test that ends the process takes what was recorded with it: run again without it.
            tests.remove(list(report.results)[-1])
        return NOTHING, results


def _blame(
    visits: Sequence[tuple[int, int]], results: Mapping[int, TestResult], calls: Mapping[int, int]
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
        suspect = call >= calls.get(test, 1) and (not raised or position == last[test])
        blame.append(1.0 if suspect else EARLIER)
    return tuple(blame)
