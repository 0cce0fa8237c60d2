"""In which order tests are run: those that speak of the unit, those that fail, each way of failing once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from reloc_lsp.search.verdict import Outcome, TestResult


def by_likeness(tests: Sequence[str], qualname: str) -> tuple[list[int], list[int]]:
    """Test numbers: first those whose ids speak of the unit, word by word, then the others."""
    words = [word for word in re.split(r"[\W_]+", qualname.lower()) if len(word) > 3]
    speaking = [n for n, name in enumerate(tests) if any(word in name.lower() for word in words)]
    rest = set(speaking)
    return speaking, [n for n in range(len(tests)) if n not in rest]


def varied(order: Sequence[int], results: Mapping[int, TestResult]) -> list[int]:
    """The same order, but of tests that fail in the same way the second after all first ones, and so on."""
    seen: Counter[tuple[object, ...]] = Counter()
    turn: dict[int, int] = {}
    for number in order:
        failure = results[number].failure
        kind = (failure.kind, failure.unit_lines[-1:], failure.message[:60]) if failure else ()
        turn[number] = seen[kind] if failure else 0
        seen[kind] += 1
    groups = {number: outcome_group(results[number]) for number in order}
    return sorted(order, key=lambda n: (groups[n], turn[n]))


def judging_order(result: TestResult, number: int) -> tuple[int, float, int]:
    """Failing tests first, the quick ones first, those that hang last of all."""
    return outcome_group(result), round(result.seconds, 3), number


def outcome_group(result: TestResult) -> int:
    """0 for tests that fail, 1 for those that pass, 2 for those that hang or crash: the order to run them in."""
    return {Outcome.PASSED: 1, Outcome.TIMEOUT: 2, Outcome.DIED: 2}.get(result.outcome, 0)
