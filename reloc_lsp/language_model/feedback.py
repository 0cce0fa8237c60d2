"""What the tests said of a version, for a model: every distinct failure, the most telling first."""

from __future__ import annotations

import re

from reloc_lsp.language_model.tokens import cut, tokens_of
from reloc_lsp.program.source_text import split_lines
from reloc_lsp.search.candidate import Task
from reloc_lsp.search.verdict import Outcome, TestResult, Verdict

_ADDRESS = re.compile(r"0x[0-9a-f]+|\d+\.\d+s")
_WORDS = {
    Outcome.TIMEOUT: "did not end in time",
    Outcome.DIED: "ended the process",
    Outcome.SKIPPED: "was skipped",
    Outcome.XFAILED: "failed as it is expected to",
    Outcome.NOT_RUN: "was not run",
}
LARGEST_SHARE = 0.5


def feedback(task: Task, source: str, verdict: Verdict, room: int, most: int | None = None) -> str:
    """The failing tests of the version `source`, in `room` tokens and at the `most` so many of them.

    Each is told with its source, what was raised, and the lines of the function that were under way.
    """
    told = [(test, verdict.results[test]) for test in distinct_failures(verdict)[:most]]
    parts, left = [f"{verdict.passed} of {verdict.total} tests pass.\n"], room
    shown: set[str] = set()
    for test, result in told:
        written = task.test_sources.get(test, "")
        code = "" if written in shown else written
        part = _part(task, source, test, result, cut(code, int(room * LARGEST_SHARE)))
        if tokens_of(part) > left and shown:
            break
        parts.append(part)
        left -= tokens_of(part)
        shown.add(written)
    others = len(failing(verdict)) - (len(parts) - 1)
    if others > 0:
        parts.append(f"{others} more tests fail, in the same or another way.\n")
    return "\n".join(parts)


def failing(verdict: Verdict) -> list[str]:
    """Tests that do not pass."""
    return [test for test, result in verdict.results.items() if result.outcome is not Outcome.PASSED]


def distinct_failures(verdict: Verdict) -> list[str]:
    """One test for each way to fail, the most telling first.

    An exception out of the function tells where; a comparison that failed tells what was wanted; one that hung or was
    not run tells least. Of equals the shorter message is the simpler case.
    """
    kinds: dict[object, str] = {}
    for test in failing(verdict):
        result = verdict.results[test]
        failure = result.failure
        if failure is None:
            kinds.setdefault((result.outcome,), test)
        else:
            line = failure.unit_lines[-1:] or failure.test_line
            kinds.setdefault((failure.kind, _ADDRESS.sub("", failure.message), line), test)
    return sorted(kinds.values(), key=lambda test: _dullness(verdict.results[test]))


def _dullness(result: TestResult) -> tuple[int, int]:
    failure = result.failure
    if failure is None:
        return 2, 0
    return int(not failure.message), len(failure.message)


def _part(task: Task, source: str, test: str, result: TestResult, code: str) -> str:
    lines = [f"### {test}"]
    if code:
        lines += ["```python", code.rstrip("\n"), "```"]
    failure = result.failure
    if failure is None:
        lines.append(f"The test {_WORDS.get(result.outcome, 'failed')}.")
        return "\n".join([*lines, ""])
    lines.append(f"{failure.kind}: {failure.message}".rstrip(": "))
    own = split_lines(source)
    places = [line - task.first_line for line in dict.fromkeys(failure.unit_lines)]
    under_way = [own[place].strip() for place in places if 0 <= place < len(own)]
    if under_way:
        lines.append("raised while the function was at: " + "; then at: ".join(f"`{line}`" for line in under_way[-5:]))
    return "\n".join([*lines, ""])
