"""Signs that the sandbox makes a test fail."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from reloc_lsp.evaluation.errors import without_scratch
from reloc_lsp.search.verdict import TestResult

MAX_MESSAGE_LENGTH = 80
"""Characters of a test's failure message that a note quotes. Chosen by hand."""
SANDBOX_ERRORS = re.compile(
    r"Read-only file system|Errno 30\b|Network is unreachable|Name or service not known|Temporary failure in name|"
    r"^(ConnectionRefusedError|ConnectionError|ConnectError|gaierror|URLError)\b"
)
"""Failures ("kind: message") of tests that need the network or write outside of the workspace, in a container."""


def container_notes(results: Mapping[int, TestResult], names: Sequence[str]) -> list[str]:
    """A note for the user if tests fail in a way that the container may cause. `names` are the tests' node ids."""
    failures = {n: result.failure for n, result in results.items() if result.failure}
    found = [n for n, failure in failures.items() if SANDBOX_ERRORS.search(f"{failure.kind}: {failure.message}")]
    if not found:
        return []
    first = failures[found[0]]
    message = without_scratch(first.message)[:MAX_MESSAGE_LENGTH]
    return [
        f"{names[found[0]]} fails with {first.kind} ({message}): in the sandbox there is no network and "
        "nothing outside the workspace can be written. If it passes elsewhere, use --sandbox none."
    ]


def same_ending(one: TestResult, other: TestResult) -> bool:
    """Whether two runs of a test have the same outcome and, if the test failed, the same exception type."""
    kinds = [result.failure.kind if result.failure else "" for result in (one, other)]
    return one.outcome is other.outcome and kinds[0] == kinds[1]
