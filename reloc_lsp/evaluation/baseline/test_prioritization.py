"""In which order tests run: those that name the unit first, then failing ones, each way of failing once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from reloc_lsp.search.verdict import Outcome, TestResult

MIN_WORD = 4
"""Letters of a word in the unit's name that counts as named in a test's id; shorter ones occur everywhere. Chosen by
hand."""
COMPARED_LETTERS = 60
"""Letters of a failure's message that tell ways of failing apart; further ones are mostly values. Chosen by hand."""


def by_name(tests: Sequence[str], qualname: str) -> tuple[list[int], list[int]]:
    """Test numbers: first those whose ids contain a word of the unit's name, then the others."""
    words = [word for word in re.split(r"[\W_]+", qualname.lower()) if len(word) >= MIN_WORD]
    naming = [n for n, name in enumerate(tests) if any(word in name.lower() for word in words)]
    named = set(naming)
    return naming, [n for n in range(len(tests)) if n not in named]


def spread_failures(order: Sequence[int], results: Mapping[int, TestResult]) -> list[int]:
    """The same order, but of tests that fail in the same way the second comes after all first ones, and so on."""
    seen: Counter[tuple[object, ...]] = Counter()
    turn: dict[int, int] = {}
    for number in order:
        failure = results[number].failure
        way = (failure.kind, failure.unit_lines[-1:], failure.message[:COMPARED_LETTERS]) if failure else ()
        turn[number] = seen[way] if failure else 0
        seen[way] += 1
    return sorted(order, key=lambda n: (outcome_group(results[n]), turn[n]))


def affordable_tests(results: Mapping[int, TestResult], seconds: float) -> list[int]:
    """The tests that do not pass, and as many passing ones as run in `seconds` with them; at least one test."""
    kept: list[int] = []
    left = seconds
    for number in sorted(results, key=lambda n: running_order(results[n], n)):
        left -= max(results[number].seconds, results[number].wall)
        if left > 0 or not kept or results[number].outcome is not Outcome.PASSED:
            kept.append(number)
    return sorted(kept)


def running_order(result: TestResult, number: int) -> tuple[int, float, int]:
    """Sort key: failing tests first, quick ones before slow ones, and those that hang last of all."""
    return outcome_group(result), round(result.seconds, 3), number


def outcome_group(result: TestResult) -> int:
    """0 for tests that fail, 1 for those that pass, 2 for those that hang or crash: the order to run them in."""
    return {Outcome.PASSED: 1, Outcome.TIMEOUT: 2, Outcome.DIED: 2}.get(result.outcome, 0)
