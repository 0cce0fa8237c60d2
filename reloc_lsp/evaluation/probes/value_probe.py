"""The value probe: which values expressions have at program points of the unit while its tests run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reloc_lsp.evaluation.harness.protocol.records import ProbeReport
from reloc_lsp.evaluation.harness.protocol.values import Limit, ProbeRequest, RunRequest
from reloc_lsp.evaluation.tiers import Tier
from reloc_lsp.search.interfaces.runtime_values import ProgramPoint, RuntimeValues
from reloc_lsp.search.verdict import Outcome, TestResult

MAX_LIMIT = Limit(7.0, 20.0)
"""Seconds of CPU and by the clock for one test with instrumentation at most. Chosen by hand."""
MORE_WALL = 2.0
"""How many times as long as without instrumentation such a test may take by the clock. Chosen by hand."""
MAX_CRASHES = 3
"""After this many runs in which a test ended the process, the probe gives up. Chosen by hand."""
EARLIER_BLAME = 0.3
"""Blame, from 0 to 1, of visits before the one that is most likely at fault. Chosen by hand, not tuned."""
NO_REPORT = ProbeReport({}, {}, {}, {}, {}, {}, {})


def probe_limits(limits: Mapping[int, Limit]) -> dict[int, Limit]:
    """The limits of tests with instrumentation; `limits` are those without it.

    A loop that does not end is ended by its number of statements, a test that waits by the clock.
    """
    return {n: Limit(MAX_LIMIT.cpu, min(MORE_WALL * limit.wall, MAX_LIMIT.wall)) for n, limit in limits.items()}


@dataclass(frozen=True)
class HarnessValueProbe:
    """Runs the tests in `limits`, by their numbers, on the unit with the text `source`.

    `lines` are the first and last line of that text in the file, and `entry` is the line of its first statement.
    """

    tier: Tier
    source: str
    limits: Mapping[int, Limit]
    lines: tuple[int, int]
    entry: int

    async def values(self, points: Sequence[ProgramPoint]) -> RuntimeValues:
        """The values of each point's expressions at the visits of its line.

        The tests run twice. The first run counts calls and visits. The second evaluates the expressions, and uses the
        counts to keep the last visits of each test.
        """
        first, results = await self._run(ProbeRequest(self.lines, self.entry, {}))
        expressions_by_line = {point.line: point.expressions for point in points}
        found, _ = await self._run(ProbeRequest(self.lines, self.entry, expressions_by_line, first.calls, first.counts))
        calls = first.calls
        vectors, blame, truth, last_calls, answers = {}, {}, {}, {}, {}
        for line, expressions in expressions_by_line.items():
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
        """The probe's report and the results of the tests. Tests that end the process are left out of the report."""
        left = dict(self.limits)
        results: dict[int, TestResult] = {}
        for _ in range(MAX_CRASHES):
            if not left:
                break
            report = await self.tier.run(self.source, RunRequest(left, stacks=True, probe=probe))
            results |= report.results
            found = report.last(ProbeReport)
            if found is not None or not report.results:
                return found or NO_REPORT, results
            # The records of a process that ended are lost. Run the tests again without the one that ended it.
            del left[list(report.results)[-1]]
        return NO_REPORT, results


def _blame(
    visits: Sequence[tuple[int, int]], results: Mapping[int, TestResult], calls: Mapping[int, int]
) -> tuple[float, ...]:
    """How likely each visit `(test, call)` is at fault, from 0 to 1.

    A test stops at its first failure, so its last call is the most likely one to be wrong. If that call raised an
    exception, only its last visit is. Visits of passing tests have no blame.
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
        blame.append(1.0 if suspect else EARLIER_BLAME)
    return tuple(blame)
