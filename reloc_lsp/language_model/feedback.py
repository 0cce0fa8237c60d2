"""The results of the tests as text for a model: one test for each distinct failure, the most informative first."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import replace

from reloc_lsp.language_model.disclosure.failure_disclosure import MAX_FAILURES, FailureDisclosure
from reloc_lsp.language_model.shortening import shorten
from reloc_lsp.program.source_text import split_lines
from reloc_lsp.search.candidate import Task
from reloc_lsp.search.token_estimate import estimate_tokens
from reloc_lsp.search.verdict import Outcome, TestResult, Verdict

_VARYING = re.compile(r"0x[0-9a-f]+|\d+\.\d+s")
"""Parts of a message that differ from run to run: addresses and durations."""

_OUTCOMES = {
    Outcome.TIMEOUT: "did not end in time",
    Outcome.DIED: "ended the process",
    Outcome.SKIPPED: "was skipped",
    Outcome.XFAILED: "failed as it is expected to",
    Outcome.NOT_RUN: "was not run",
}

TEST_SOURCE_SHARE = 0.5
"""Share of the feedback's tokens that the source of one test may take; chosen by hand."""
MAX_UNIT_LINES = 5
"""Lines of the function, innermost last, that are shown for one exception; chosen by hand."""


def feedback(
    task: Task,
    source: str,
    verdict: Verdict,
    token_limit: int,
    *,
    disclosure: FailureDisclosure,
    max_tests: int | None = None,
) -> str:
    """The failing tests of the version `source`, at most `max_tests`, in about `token_limit` tokens.

    Each test comes with its source, its error, and the lines of the function that were running. Of a version that is
    not the user's own, the `disclosure` decides what is told of its failures.
    """
    parts, tokens_left = [f"{verdict.passed} of {verdict.total} tests pass.\n"], token_limit
    shown: set[str] = set()
    unchanged = source == task.source
    if not unchanged:
        max_tests = min(max_tests or MAX_FAILURES, MAX_FAILURES)
    for test in distinct_failures(verdict)[:max_tests]:
        test_source = task.test_sources.get(test, "")
        code = shorten(test_source, int(token_limit * TEST_SOURCE_SHARE))
        result = verdict.results[test]
        if result.failure and unchanged:
            result = replace(result, failure=disclosure.own_failure(result.failure, code))
        elif result.failure:
            before = task.verdict.results[test].failure if test in task.verdict.results else None
            result = replace(result, failure=disclosure.failure(result.failure, code, before))
        name = disclosure.test_name(test, code)
        part = _failure_text(task, source, name, result, "" if test_source in shown else code)
        if estimate_tokens(part) > tokens_left and shown:
            break
        parts.append(part)
        tokens_left -= estimate_tokens(part)
        shown.add(test_source)
    others = len(failing_tests(verdict)) - (len(parts) - 1)
    if others > 0:
        parts.append(f"{others} more tests fail, in the same or another way.\n")
    return "\n".join(parts)


def failing_tests(verdict: Verdict) -> list[str]:
    """The tests that do not pass."""
    return [test for test, result in verdict.results.items() if result.outcome is not Outcome.PASSED]


def distinct_failures(verdict: Verdict) -> list[str]:
    """One test for each distinct failure, the most informative first.

    An error with a message comes before one without, and a shorter message, which is the simpler case, before a longer
    one. A test that timed out or did not run comes last.
    """
    first: dict[Hashable, str] = {}
    for test in failing_tests(verdict):
        result = verdict.results[test]
        failure = result.failure
        if failure is None:
            first.setdefault(result.outcome, test)
        else:
            line = failure.unit_lines[-1:] or failure.test_line
            first.setdefault((failure.kind, _VARYING.sub("", failure.message), line), test)
    return sorted(first.values(), key=lambda test: _order(verdict.results[test]))


def _order(result: TestResult) -> tuple[int, int]:
    failure = result.failure
    if failure is None:
        return 2, 0
    return int(not failure.message), len(failure.message)


def _failure_text(task: Task, source: str, test: str, result: TestResult, code: str) -> str:
    lines = [f"### {test}"]
    if code:
        lines += ["```python", code.rstrip("\n"), "```"]
    failure = result.failure
    if failure is None:
        lines.append(f"The test {_OUTCOMES.get(result.outcome, 'failed')}.")
        return "\n".join([*lines, ""])
    lines.append(f"{failure.kind}: {failure.message}".rstrip(": "))
    unit = split_lines(source)
    numbers = [line - task.first_line for line in dict.fromkeys(failure.unit_lines)]
    running = [unit[number].strip() for number in numbers if 0 <= number < len(unit)][-MAX_UNIT_LINES:]
    if running:
        lines.append("raised while the function was at: " + "; then at: ".join(f"`{line}`" for line in running))
    return "\n".join([*lines, ""])
