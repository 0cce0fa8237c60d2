"""Results of a run as short texts for users."""

from __future__ import annotations

from collections.abc import Mapping

from reloc_lsp.language_model.feedback import distinct_failures
from reloc_lsp.revision.proposal import Tests
from reloc_lsp.search.candidate import Candidate
from reloc_lsp.search.objective import Measurement, Objective
from reloc_lsp.search.verdict import Outcome, TestResult, Verdict

MAX_FAILURE_LENGTH = 200
"""Characters of a failure's description; chosen by hand."""

MAX_FAILING_TESTS = 5
"""Tests that still fail and are named; further ones are counted. Chosen by hand."""

MAX_INSIDE_TESTS = 5
"""Tests that are named as judging from inside; further ones are counted. Chosen by hand."""

SLOWDOWN_FACTOR, SLOWDOWN_SECONDS = 3.0, 0.05
"""A revision is reported as slower if its tests take more than this many times the CPU time, and this many CPU seconds
more. Chosen by hand."""

CLEAR_SPEED_UP = 1.1
"""From this lower bound on, a speed-up is printed with one decimal. Below it with three: 1.04 must not read as 1.0."""


def counts_of(verdict: Verdict) -> Tests:
    """How many tests of a verdict passed."""
    return Tests(verdict.passed, verdict.total)


def passing_text(tests: Tests) -> str:
    """For example `2 of 4 tests pass`."""
    return f"{tests.passed} of {tests.total} tests pass"


def failure_text(verdict: Verdict) -> str:
    """The most informative failure of a verdict in one line; empty if all tests pass."""
    for test in distinct_failures(verdict)[:1]:
        result = verdict.results[test]
        failure = result.failure
        how = f"{failure.kind}: {failure.message}".rstrip(": ") if failure else _without_failure(result)
        return f"{test.rpartition('::')[2]}: {how}"[:MAX_FAILURE_LENGTH]
    return ""


def still_failing_text(verdict: Verdict) -> list[str]:
    """A sentence that names the tests that do not pass; none if all pass."""
    failing = [test for test, result in verdict.results.items() if result.outcome is not Outcome.PASSED]
    if not failing:
        return []
    more = f" and {len(failing) - MAX_FAILING_TESTS} more" if len(failing) > MAX_FAILING_TESTS else ""
    return [f"Still failing: {', '.join(failing[:MAX_FAILING_TESTS])}{more}."]


def _without_failure(result: TestResult) -> str:
    """How a test ended that raised nothing."""
    if result.outcome is not Outcome.TIMEOUT:
        return str(result.outcome)
    return f"it does not end, and was stopped at {result.stopped.message}" if result.stopped else "it does not end"


def judged_text(candidate: Candidate, total: int, inside: Mapping[str, str]) -> list[str]:
    """A sentence on how many of the `total` tests judged a model's code from outside, and which could not.

    `inside` has the reason for each of these. No sentence for code of ReLoc's own rewrites.
    """
    if candidate.trusted:
        return []
    outside = f"It ran in a process without the tests for {total - len(inside)} of {total} tests"
    if not inside:
        return [f"{outside}."]
    shown = [f"{test.rpartition('::')[2]} ({reason})" for test, reason in inside.items()][:MAX_INSIDE_TESTS]
    more = f" and {len(inside) - len(shown)} more" if len(inside) > len(shown) else ""
    return [f"{outside}. Read it with care: it ran beside the test in {', '.join(shown)}{more}."]


def slowdown(before: Verdict, after: Verdict) -> float:
    """How many times longer the tests take, in CPU time; 0 if the difference is too small to report.

    Only tests that pass both before and after are counted.
    """
    pairs = [
        (before.results[test].seconds, result.seconds)
        for test, result in after.results.items()
        if result.outcome is Outcome.PASSED
        and test in before.results
        and before.results[test].outcome is Outcome.PASSED
    ]
    old, new = (sum(column) for column in zip(*pairs, strict=True)) if pairs else (0.0, 0.0)
    is_slower = new > SLOWDOWN_FACTOR * old and new - old > SLOWDOWN_SECONDS
    return new / max(old, 1e-3) if is_slower else 0.0


def measured_text(objective: Objective, measured: Measurement | None) -> str:
    """For example `31 -> 22 syntax nodes` or `1.8 times as fast in its tests (95 %: 1.6 to 2.0)`.

    Without a measurement, what the objective asks for.
    """
    if measured is None:
        unmeasured = {"simplify": "a simpler version", "speed-up": "a faster version, not measured to the end"}
        return unmeasured.get(objective.kind, "revised as was asked")
    if objective.kind == "simplify":
        return f"{measured.before:.0f} -> {measured.after:.0f} {measured.unit}"
    least, most = measured.before / measured.high, measured.before / measured.low
    factor = measured.before / measured.after
    digits = 1 if least >= CLEAR_SPEED_UP else 3
    return f"{factor:.{digits}f} times as fast in its tests (95 %: {least:.{digits}f} to {most:.{digits}f})"
