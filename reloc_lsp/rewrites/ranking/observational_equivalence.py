"""How likely run-time values make a rewrite, before it is run.

A new expression that has the same value as the old one at every visit of failing tests is observationally equivalent
for them: it cannot repair them. One whose value differs there, and nowhere else, is the most promising.

The factors are multiplied into a rewrite's score. They were chosen by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reloc_lsp.rewrites.rewrite import (
    BranchReturns,
    ConditionExtension,
    ExpressionReplacement,
    GuardInsertion,
    Rewrite,
)
from reloc_lsp.search.interfaces.runtime_values import RuntimeValues

INERT = 0.08
"""The rewrite changes nothing at visits of failing tests."""
UNSEEN = 0.2
"""It changes nothing at the visits that were recorded, but failing tests visit the line more often."""
RISKY = 0.25
"""It acts in earlier calls of failing tests only, or its new expression may raise."""
NEUTRAL = 1.0
"""The values say nothing, or it changes passing tests too."""
LIKELY = 2.5
"""It acts at visits of failing tests only."""
TARGETED = 5.0
"""It acts only at visits in the last calls of failing tests, those that are at fault."""
EXPECTED, UNEXPECTED = 4.0, 0.05
"""Factors for a rewrite that returns every value that failing tests expect, and for one that returns none of them."""
MAX_EQUIVALENT = 3
"""Most conditions that have the same truth value at every visit."""
MAX_UNOBSERVED = 12
"""Most conditions that are used where nothing was observed."""


class Observations:
    """Judges rewrites by the run-time values of a unit; without values every factor is 1."""

    def __init__(self, values: RuntimeValues | None = None) -> None:
        self.values = values or RuntimeValues()

    def factor(self, rewrite: Rewrite) -> float:
        """How much likelier (above 1) or less likely (below 1) the values make the rewrite."""
        match rewrite.effect:
            case ExpressionReplacement() as effect:
                return self._of_replacement(effect) * self._of_returned(effect.line, effect.new, effect.returned_at)
            case ConditionExtension() as effect:
                return self._of_extension(effect)
            case GuardInsertion(line=line, condition=condition, value=None):
                return self._of_guard(line, condition, acts_when=rewrite.operator != "conditional")
            case GuardInsertion(line=line, condition=condition, value=str(value)):
                return self._of_guard(line, condition, acts_when=True) * self._of_early_return(line, condition, value)
            case _:
                return NEUTRAL

    def discriminating(
        self, line: int, conditions: Mapping[str, float], holds: bool, most: int = 30
    ) -> dict[str, float]:
        """The conditions that separate suspicious visits of `line` from the others, at most `MAX_EQUIVALENT` that do so
        in the same way.

        With `holds` they hold at suspicious visits, otherwise they fail there. `most` is the number of conditions.
        """
        suspicious = self.values.suspiciousness.get(line)
        if not suspicious:
            return dict(list(conditions.items())[:MAX_UNOBSERVED])
        scored: list[tuple[float, str]] = []
        equivalent: dict[tuple[bool | None, ...], int] = {}
        clean = sum(s == 0 for s in suspicious) or 1
        for condition, weight in conditions.items():
            truths = self._truths(line, condition)
            if truths is None:
                continue
            visits = list(zip(suspicious, truths, strict=True))
            hits = sum(s for s, t in visits if t is holds)
            misses = sum(1 for s, t in visits if s == 0 and t is not (not holds))
            earlier = sum(1 for s, t in visits if 0 < s < 1 and t is holds)
            equivalent[truths] = equivalent.get(truths, 0) + 1
            if hits > 0.5 and equivalent[truths] <= MAX_EQUIVALENT:
                factor = 3.0 if not misses and not earlier else 1.0 - 0.7 * min(1, misses / clean)
                scored.append((weight * factor, condition))
        scored.sort(key=lambda pair: (-pair[0], len(pair[1]), pair[1]))
        return {condition: score for score, condition in scored[:most]}

    def raises(self, line: int, expression: str) -> bool:
        """Whether evaluating the expression raised an exception at a suspicious visit of `line`."""
        suspicious = self.values.suspiciousness.get(line, ())
        return any(v == -1 and s for v, s in zip(self._numbers(line, expression) or (), suspicious, strict=False))

    def _of_replacement(self, effect: ExpressionReplacement) -> float:
        old, new = self._numbers(effect.line, effect.old), self._numbers(effect.line, effect.new)
        suspicious = self.values.suspiciousness.get(effect.line, ())
        if old is None or new is None or not suspicious:
            return NEUTRAL
        if effect.condition:
            truth = self.values.truthiness.get(effect.line, {})
            old, new = (tuple(_truth_number(v, truth) for v in numbers) for numbers in (old, new))
        changed = [a != b for a, b in zip(old, new, strict=True)]
        reach = _reach(changed, suspicious)
        if effect.condition and effect.branches != (None, None):
            truths = self._truths(effect.line, effect.new)
            if truths is not None:
                reach *= self._of_branches(effect.line, effect.branches, truths, changed)
        if -1 in old:
            mended = all(n != -1 for n, o in zip(new, old, strict=True) if o == -1)
            return TARGETED if mended and reach > INERT else NEUTRAL
        if reach == INERT and effect.line in self.values.truncated:
            return UNSEEN
        return reach * RISKY if -1 in new else reach

    def _of_extension(self, effect: ConditionExtension) -> float:
        suspicious = self.values.suspiciousness.get(effect.line)
        olds, extras = self._truths(effect.line, effect.old), self._truths(effect.line, effect.extra)
        if not suspicious or olds is None or extras is None:
            return NEUTRAL
        decided = effect.word == "or"  # where the condition has this value already, another operand changes nothing
        changed = [o is not decided and e is decided for o, e in zip(olds, extras, strict=True)]
        return _reach(changed, suspicious) * self._of_branches(effect.line, effect.branches, extras, changed)

    def _of_guard(self, line: int, condition: str, *, acts_when: bool) -> float:
        """The factor of a guard that acts when its condition has the truth value `acts_when`."""
        suspicious = self.values.suspiciousness.get(line)
        truths = self._truths(line, condition)
        if not suspicious or truths is None:
            return RISKY
        return _reach([truth is acts_when for truth in truths], suspicious) / TARGETED

    def _of_returned(self, line: int, expression: str, returned_at: int) -> float:
        """The factor of an expression whose value the `return` at line `returned_at` returns."""
        numbers, expected = self._numbers(line, expression), self.values.expected_values.get(line, {})
        if numbers is None or not returned_at:
            return NEUTRAL
        # The last visit in a call is the one whose value was returned.
        calls = self.values.last_calls.get(line, ())
        last = {test: n for n, test in enumerate(calls) if self.values.wrong_returns.get(test) == returned_at}
        return _expectation(numbers[n] in expected[test] for test, n in last.items() if test in expected)

    def _of_branches(
        self, line: int, branches: BranchReturns, truths: Sequence[bool | None], changed: Sequence[bool]
    ) -> float:
        """The factor of what the branches return that are now taken, at the first visit that changes."""
        expected = self.values.expected_values.get(line, {})
        returned = []
        for test, n in self._first_visits(line, changed).items():
            numbers = self._numbers(line, branches[0 if truths[n] else 1] or "")
            if numbers is not None:
                returned.append(numbers[n] in expected[test])
        return _expectation(returned)

    def _of_early_return(self, line: int, condition: str, value: str) -> float:
        """The factor of a guard that returns `value` at the first visit at which `condition` holds."""
        numbers, expected = self._numbers(line, value), self.values.expected_values.get(line, {})
        truths = self._truths(line, condition)
        if numbers is None or truths is None:
            return NEUTRAL
        first = self._first_visits(line, truths)
        return _expectation(numbers[n] in expected[test] for test, n in first.items())

    def _first_visits(self, line: int, acts: Sequence[bool | None]) -> dict[int, int]:
        """By failing test whose expected value is known, its first visit at which the rewrite acts."""
        expected = self.values.expected_values.get(line, {})
        first: dict[int, int] = {}
        for n, (test, act) in enumerate(zip(self.values.last_calls.get(line, ()), acts, strict=False)):
            if act and test in expected:
                first.setdefault(test, n)
        return first

    def _numbers(self, line: int, expression: str) -> tuple[int, ...] | None:
        """The number of the expression's value at each visit; `None` where it was not probed."""
        return self.values.vectors.get(line, {}).get(expression)

    def _truths(self, line: int, condition: str) -> tuple[bool | None, ...] | None:
        """The condition's truth value at each visit; `None` where it was not probed or raised."""
        numbers = self._numbers(line, condition)
        if numbers is None or -1 in numbers:
            return None
        truth = self.values.truthiness.get(line, {})
        return tuple(truth.get(number) for number in numbers)


def _reach(acts: Sequence[bool], suspicious: Sequence[float]) -> float:
    """How promising it is to act at these visits: best in the last calls of failing tests, and in no others."""
    touched = {s for s, act in zip(suspicious, acts, strict=True) if act}
    if not touched or touched == {0.0}:
        return INERT
    if max(touched) < 1.0:
        return RISKY
    if 0.0 in touched:
        return NEUTRAL
    return TARGETED if touched == {1.0} else LIKELY


def _expectation(matches: Iterable[bool]) -> float:
    """The factor of returned values, by whether each is the expected one."""
    known = list(matches)
    if not known:
        return NEUTRAL
    return EXPECTED if all(known) else NEUTRAL if any(known) else UNEXPECTED


def _truth_number(number: int, truth: Mapping[int, bool]) -> int:
    """A value's number, or one number for all true and one for all false values."""
    known = truth.get(number)
    return number if known is None or number < 0 else (-3 if known else -2)
