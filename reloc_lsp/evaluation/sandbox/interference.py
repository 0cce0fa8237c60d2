"""Whether it is the walls that make a test fail."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from reloc_lsp.search.verdict import TestResult


def forbidden(results: Mapping[int, TestResult], names: Sequence[str]) -> list[str]:
    """A note, if tests fail in a way that the walls may be the cause of."""
    failures = {n: result.failure for n, result in results.items() if result.failure}
    found = [n for n, failure in failures.items() if _OF_THE_WALLS.search(f"{failure.kind}: {failure.message}")]
    if not found:
        return []
    first = failures[found[0]]
    return [
        f"{names[found[0]]} fails with {first.kind} ({first.message[:80]}): in the sandbox there is no network and "
        "nothing outside the workspace can be written. If it passes elsewhere, use --sandbox none."
    ]


_OF_THE_WALLS = re.compile(
    r"Read-only file system|Errno 30\b|Network is unreachable|Name or service not known|Temporary failure in name|"
    r"^(ConnectionRefusedError|ConnectionError|ConnectError|gaierror|URLError)\b"
)


def ended_alike(one: TestResult, other: TestResult) -> bool:
    """Whether a test ended the same way twice: with the same kind of failure, if it failed."""
    kinds = [result.failure.kind if result.failure else "" for result in (one, other)]
    return one.outcome is other.outcome and kinds[0] == kinds[1]
