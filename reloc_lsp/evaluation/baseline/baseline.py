"""The baseline: which tests reach the unchanged unit, how they end, where they fail, and which tier to use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reloc_lsp.evaluation.baseline.coverage_run import CoverageRun, Unseen
from reloc_lsp.evaluation.baseline.hang_limits import hang_note
from reloc_lsp.evaluation.baseline.permissions import Permissions
from reloc_lsp.evaluation.baseline.test_discovery import CoveringTestSearch
from reloc_lsp.evaluation.baseline.test_prioritization import affordable_tests, running_order, spread_failures
from reloc_lsp.evaluation.baseline.test_timeouts import limit_of
from reloc_lsp.evaluation.baseline.tier_choice import TierChoice, TierChooser
from reloc_lsp.evaluation.baseline.unreadable_files import (
    failure_note,
    failure_reason,
    missing_package_note,
    unreadable_reason,
    withheld_note,
)
from reloc_lsp.evaluation.errors import HINT, EvaluationError, cause, shorten, without_scratch
from reloc_lsp.evaluation.harness.protocol.values import CollectionError, Limit
from reloc_lsp.evaluation.sandbox import Grants
from reloc_lsp.evaluation.sandbox.interference import container_notes
from reloc_lsp.evaluation.tiers import ColdTier, HarnessLauncher, Tier, can_fork
from reloc_lsp.evaluation.workspace.outside_files import OutsideFilesNeededError
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.search.verdict import Outcome, TestResult

EVALUATION_SHARE = 0.03
"""Share of the time for the baseline that the tests may take which run for every candidate; the other passing tests run
only in the confirmation. Chosen by hand."""
PROCESSES = "processes"
"""The permission to start processes."""
COMPILED = (".so", ".pyd")
"""Suffixes of modules that are compiled to machine code."""
MAX_ERROR = 100
"""Letters of an error that a note quotes. Chosen by hand."""
MIN_EVALUATION_SECONDS = 1.0
"""Wall-clock seconds that these tests may always take together. Chosen by hand."""


@dataclass(frozen=True)
class Baseline:
    """What was measured on the unchanged unit.

    `tests` are the numbers of the tests that evaluate candidates in `tier`, in the order to run them, and `results` and
    `limits` hold their results and limits. `lines` and `calls` say, by test, which lines of the unit it reached and how
    often it called the unit; `types` says which types names had. `confirmation_only` tests pass and reach the unit, but
    run only in the confirmation. `unseen` counts what was not run for lack of time. `grants` are what candidates may
    do, and `importing` what they may do where the tests are imported and collected first. `swallowed` are the
    assertions that the unit swallows (see `TestEnded`). A confirmation takes about `confirmation_seconds`; collecting
    took `collection_seconds`.
    """

    tier: Tier
    reason: str
    tests: Sequence[int]
    results: Mapping[int, TestResult]
    lines: Mapping[int, set[int]]
    types: Mapping[str, frozenset[str]]
    calls: Mapping[int, int]
    limits: Mapping[int, Limit]
    flaky: Sequence[str]
    notes: Sequence[str]
    confirmation_only: Sequence[int] = ()
    unseen: Unseen = field(default_factory=Unseen)
    grants: Grants = field(default_factory=Grants)
    importing: Grants = field(default_factory=Grants)
    swallowed: tuple[str, ...] = ()
    confirmation_seconds: float = 0.0
    collection_seconds: float = 0.0


class BaselineBuilder:
    """Measures the baseline within `seconds`. The caller closes the tier of the baseline.

    `named_tests` is true if the user named the tests.
    """

    def __init__(
        self, launcher: HarnessLauncher, location: UnitLocation, seconds: float, *, named_tests: bool = False
    ) -> None:
        self.launcher = launcher
        self.location = location
        self.named_tests = named_tests
        self.budget = max(MIN_EVALUATION_SECONDS, EVALUATION_SHARE * seconds)
        self.search = CoveringTestSearch(launcher, location, seconds)
        self.permissions = Permissions(launcher)
        self.chooser = TierChooser(launcher, location, self.search.limit, self.permissions)

    async def measure(self, groups: Sequence[Sequence[str]]) -> Baseline:
        """Try the groups of test files until tests reach the unit and one of them fails, or all were tried.

        Raises `EvaluationError` if no test can evaluate the unit, and `OutsideFilesNeededError`.
        """
        try:
            first, coverage = await self.search.at(groups)
            try:
                self._need_outside_files(coverage)
                return self._assembled(await self._choice(first, coverage))
            except BaseException:
                await first.close()
                raise
        except EvaluationError as error:
            reason = unreadable_reason(str(error), self.launcher) or missing_package_note(str(error), self.launcher)
            reason = reason or withheld_note(self.launcher.copy)
            raise EvaluationError(f"{error} {reason}".strip()) from error

    def _need_outside_files(self, coverage: CoverageRun) -> None:
        """Raise `OutsideFilesNeededError` if tests look for files that can be copied too."""
        paths = self.launcher.copy.outside_files(coverage.missing)
        if paths:
            raise OutsideFilesNeededError(paths)

    async def _choice(self, first: Tier, coverage: CoverageRun) -> TierChoice:
        if not coverage.covering:
            return await self._import_only(first, coverage)
        covering = self._evaluating(coverage)
        if first.forks:
            return await self.chooser.choose(first, coverage, covering)
        return await self.chooser.choose_cold(first, coverage, covering)

    async def _import_only(self, first: Tier, coverage: CoverageRun) -> TierChoice:
        """No test calls the unit; it may still run while modules are imported."""
        errors = first.collected.errors
        if not first.tests:
            if errors:
                raise EvaluationError(_not_collected(errors))
            raise EvaluationError(
                "pytest collected no tests. Write a test for the function, or name tests with --tests."
            )
        cold_tier = ColdTier(self.launcher, self.location, first.collected)
        tests = range(len(first.tests))
        cold = await self.chooser.runs.cold(cold_tier, tests, dict.fromkeys(tests, self.search.limit))
        reached = cold.covering or (tests if cold.at_import else [])
        results = {n: cold.results[n] for n in reached if n in cold.results}
        if not results:
            if errors:
                raise EvaluationError(_not_collected(errors))
            if PROCESSES in coverage.permissions:
                elsewhere = await self.chooser.runs.in_other_processes(
                    cold_tier, tests, dict.fromkeys(tests, self.search.limit)
                )
                if elsewhere.covering:
                    elsewhere.permissions |= coverage.permissions
                    return await self.chooser.choose_for_processes(first, elsewhere, elsewhere.covering)
            raise EvaluationError(self._not_reached(first, coverage))
        return await self.chooser.choose_without_swap(first, "the unit runs at import only", results, cold, set())

    def _not_reached(self, first: Tier, coverage: CoverageRun) -> str:
        """Why no test of those that were collected can evaluate the unit."""
        location = self.location
        named = {first.tests[n]: result for n, result in coverage.results.items()}
        advice = "Write a test that calls it" + ("." if self.named_tests else ", or name its tests with --tests.")
        compiled = next((path.name for path in location.file.parent.glob(f"{location.file.stem}.*.*")
                         if path.suffix in COMPILED), "")  # fmt: skip
        if compiled:
            advice = f"Python imports the compiled module {compiled} in its place. Remove that to run the source."
        where = ", nor a process that it starts" if PROCESSES in coverage.permissions else ""
        return (
            f"No test reaches {location.unit.qualname}: {len(first.tests)} tests were collected and none of them runs "
            f"it{where}. {failure_note(named, self.launcher) or advice}"
        )

    def _evaluating(self, coverage: CoverageRun) -> list[int]:
        """Covering tests that evaluate candidates: failing ones, and as many others as can run for each."""
        results = {n: coverage.results[n] for n in coverage.covering}
        unreadable = {n: reason for n in coverage.failing if (reason := self._unreadable(results[n]))}
        if unreadable and set(unreadable) == set(coverage.failing):
            raise EvaluationError(f"The tests that fail do so in the copy of the workspace: {unreadable.popitem()[1]}")
        results = {n: result for n, result in results.items() if n not in unreadable}
        not_skipped = {n: result for n, result in results.items() if result.outcome is not Outcome.SKIPPED}
        if not not_skipped:
            raise EvaluationError("Every test that reaches the unit is skipped here, so nothing can judge a revision.")
        return affordable_tests(not_skipped, self.budget)

    def _unreadable(self, result: TestResult) -> str:
        """Why a test fails here that does not fail in the workspace itself; empty if there is no such reason."""
        return failure_reason(result.failure, self.launcher) if result.failure else ""

    def _assembled(self, choice: TierChoice) -> Baseline:
        """The baseline that rests on a choice of a tier."""
        results, coverage, names = choice.results, choice.coverage, choice.tier.tests
        flaky = [names[n] for n in sorted(choice.flaky)]
        if not results:
            raise EvaluationError(
                f"Only flaky tests reach the unit ({', '.join(flaky)}): they cannot judge a revision."
            )
        passing = {n for n in coverage.covering if coverage.results[n].outcome is Outcome.PASSED}
        slow = passing.difference(self._evaluating(coverage)) if choice.selective and passing else set()
        confirmation_only = slow | choice.confirmation_only
        slowest = max((r.seconds for r in results.values() if r.outcome is Outcome.PASSED), default=0.0)
        notes = [f"Flaky, so left out: {', '.join(flaky)}."] if flaky else []
        unreadable = failure_note({names[n]: result for n, result in coverage.results.items()}, self.launcher)
        if not unreadable and self.launcher.sandbox.container:
            notes += container_notes(results, names)
        notes += filter(None, [withheld_note(self.launcher.copy), unreadable])
        notes += self.permissions.notes(choice.tier)
        notes += [self._outside_note(names[n], coverage.results[n]) for n in sorted(choice.outside)]
        notes += [
            hang_note(names[n], coverage.results[n], self.search.hanging.given(n))
            for n in coverage.failing if coverage.results[n].outcome is Outcome.TIMEOUT
        ]  # fmt: skip
        if not choice.tier.forks and can_fork():
            notes.append(f"Each candidate takes a new pytest process, so few were tried ({choice.reason}).")
        if slow:
            notes.append(f"{len(slow)} more tests pass and reach the unit; the confirmation alone runs them.")
        return Baseline(
            tier=choice.tier,
            reason=choice.reason,
            tests=spread_failures(sorted(results, key=lambda n: running_order(results[n], n)), results),
            results=results,
            lines=coverage.lines,
            types={name: frozenset(types) for name, types in coverage.types.items()},
            calls=coverage.calls,
            limits={n: limit_of(result, self.search.limit.wall, slowest) for n, result in results.items()},
            flaky=flaky,
            notes=notes,
            confirmation_only=sorted(confirmation_only),
            unseen=coverage.unseen,
            grants=self.permissions.running,
            importing=self.permissions.importing,
            swallowed=tuple(sorted(coverage.swallowed)),
            confirmation_seconds=self.chooser.runs.cold_seconds
            + sum(coverage.results[n].wall for n in confirmation_only),
            collection_seconds=self.search.collection_seconds,
        )

    def _outside_note(self, test: str, result: TestResult) -> str:
        failure = result.failure
        error = f" ({shorten(without_scratch(f'{failure.kind}: {failure.message}'), MAX_ERROR)})" if failure else ""
        name = self.location.unit.qualname
        return f"{test} still fails{error}: for reasons outside of {name}, whatever it does. So it is left out."


def _not_collected(errors: Sequence[CollectionError]) -> str:
    first = errors[0]
    more = f" ({len(errors) - 1} more files have errors)" if len(errors) > 1 else ""
    return f"Tests could not be collected: {first.where}: {cause(first.text).rstrip('.')}{more}. {HINT}"
