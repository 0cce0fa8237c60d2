"""What run-time values tell about rewrites before they are run.

An expression that has the same value as the old one whenever a failing test comes by cannot repair that test. One
that differs then, and only then, is the most promising there is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reloc_lsp.rewrites.rewrite import Branches, ConditionExtension, ExpressionReplacement, GuardInsertion, Rewrite
from reloc_lsp.search.runtime_values import RuntimeValues

INERT, UNSEEN, RISKY, NEUTRAL, LIKELY, TARGETED = 0.08, 0.2, 0.25, 1.0, 2.5, 5.0
WANTED, UNWANTED = 4.0, 0.05
"""For what gives every answer that failing tests are known to want, and for what gives none of them."""
CHOICES_ALIKE = 3


class Observations:
    """Judges effects by values; without values everything is possible."""

    def __init__(self, values: RuntimeValues | None = None) -> None:
        self.values = values or RuntimeValues()

    def factor(self, rewrite: Rewrite) -> float:
        """How much likelier (or less likely) the values make the rewrite."""
        match rewrite.effect:
            case ExpressionReplacement() as swap:
                return self._swap(swap) * self._answers(swap.line, swap.new, swap.returned)
            case ConditionExtension() as joined:
                return self._joined(joined)
            case GuardInsertion(line=line, condition=condition, value=None):
                return self._guard(line, condition, rewrite.operator == "conditional")
            case GuardInsertion(line=line, condition=condition, value=str(value)):
                return self._guard(line, condition, False) * self._early_answers(line, condition, value)
            case _:
                return NEUTRAL

    def useful(self, line: int, conditions: Mapping[str, float], wanted: bool, most: int = 30) -> dict[str, float]:
        """The conditions that tell blamed visits of `line` from the others, at most a few that do so alike.

        With `wanted` they should hold on blamed visits, else fail on them.
        """
        blame = self.values.suspiciousness.get(line)
        if not blame:
            return dict(list(conditions.items())[:12])
        scored: list[tuple[float, str]] = []
        alike: dict[tuple[bool | None, ...], int] = {}
        for condition, weight in conditions.items():
            truths = self._truths(line, condition)
            if truths is None:
                continue
            hits = sum(b for b, t in zip(blame, truths, strict=True) if t is wanted)
            misses = sum(1 for b, t in zip(blame, truths, strict=True) if b == 0 and t is not (not wanted))
            earlier = sum(1 for b, t in zip(blame, truths, strict=True) if 0 < b < 1 and t is wanted)
            alike[truths] = alike.get(truths, 0) + 1
            if hits > 0.5 and alike[truths] <= CHOICES_ALIKE:
                clean = sum(b == 0 for b in blame) or 1
                scored.append(
                    (
                        weight * (3.0 if not misses and not earlier else 1.0 - 0.7 * min(1, misses / clean)),
                        condition,
                    )
                )
        scored.sort(key=lambda pair: (-pair[0], len(pair[1]), pair[1]))
        return {condition: score for score, condition in scored[:most]}

    def raises(self, line: int, expression: str) -> bool:
        """Whether evaluating the expression raised on a blamed visit of `line`."""
        vector = self.values.vectors.get(line, {}).get(expression, ())
        return any(v == -1 and b for v, b in zip(vector, self.values.suspiciousness.get(line, ()), strict=False))

    def _swap(self, swap: ExpressionReplacement) -> float:
        vectors = self.values.vectors.get(swap.line, {})
        old, new = vectors.get(swap.old), vectors.get(swap.new)
        blame = self.values.suspiciousness.get(swap.line, ())
        if old is None or new is None or not blame:
            return NEUTRAL
        if swap.condition:
            truth = self.values.truthiness.get(swap.line, {})
            old, new = (tuple(_as_truth(v, truth) for v in vector) for vector in (old, new))
        changed = [a != b for a, b in zip(old, new, strict=True)]
        reach = _reach(changed, blame)
        if swap.condition and swap.branches != (None, None):
            truths = self._truths(swap.line, swap.new)
            if truths is not None:
                reach *= self._branch_answers(swap.line, swap.branches, truths, changed)
        if -1 in old:
            mended = all(n != -1 for n, o in zip(new, old, strict=True) if o == -1)
            return TARGETED if mended and reach > INERT else NEUTRAL
        if reach == INERT and swap.line in self.values.truncated:
            return UNSEEN
        return reach * RISKY if -1 in new else reach

    def _answers(self, line: int, expression: str, returned: int) -> float:
        """How many of the answers wanted of the `return` at line `returned` the expression at `line` gives."""
        vector, answers = self.values.vectors.get(line, {}).get(expression), self.values.expected_values.get(line, {})
        calls = self.values.last_calls.get(line, ())
        if vector is None or not returned:
            return NEUTRAL
        # The last visit of a call is the one whose value was returned.
        last = {test: visit for visit, test in enumerate(calls) if self.values.wrong_returns.get(test) == returned}
        return _satisfied([vector[visit] in answers[test] for test, visit in last.items() if test in answers])

    def _branch_answers(
        self, line: int, branches: Branches, truths: Sequence[bool | None], changed: Sequence[bool]
    ) -> float:
        """How many of the wanted answers the branches give that are now taken, at the first visit that changed."""
        answers, vectors = self.values.expected_values.get(line, {}), self.values.vectors.get(line, {})
        first: dict[int, int] = {}
        for visit, (test, differs) in enumerate(zip(self.values.last_calls.get(line, ()), changed, strict=False)):
            if differs and test in answers:
                first.setdefault(test, visit)
        given = []
        for test, visit in first.items():
            vector = vectors.get(branches[0 if truths[visit] else 1] or "")
            if vector is not None:
                given.append(vector[visit] in answers[test])
        return _satisfied(given)

    def _early_answers(self, line: int, condition: str, value: str) -> float:
        """How many of the wanted answers a return of `value` gives, at the first visit at which `condition` holds."""
        vector, answers = self.values.vectors.get(line, {}).get(value), self.values.expected_values.get(line, {})
        truths = self._truths(line, condition)
        if vector is None or truths is None:
            return NEUTRAL
        first: dict[int, int] = {}
        for visit, (test, holds) in enumerate(zip(self.values.last_calls.get(line, ()), truths, strict=False)):
            if holds and test in answers:
                first.setdefault(test, visit)
        return _satisfied([vector[visit] in answers[test] for test, visit in first.items()])

    def _joined(self, joined: ConditionExtension) -> float:
        blame = self.values.suspiciousness.get(joined.line)
        olds, extras = self._truths(joined.line, joined.old), self._truths(joined.line, joined.extra)
        if not blame or olds is None or extras is None:
            return NEUTRAL
        decided = joined.word == "or"  # a condition that has this value already has it whatever is joined to it
        changed = [o is not decided and e is decided for o, e in zip(olds, extras, strict=True)]
        return _reach(changed, blame) * self._branch_answers(joined.line, joined.branches, extras, changed)

    def _guard(self, line: int, condition: str, inverted: bool) -> float:
        blame = self.values.suspiciousness.get(line)
        truths = self._truths(line, condition)
        if not blame or truths is None:
            return RISKY
        acts = [(t is False) if inverted else (t is True) for t in truths]
        return _reach(acts, blame) / TARGETED

    def _truths(self, line: int, condition: str) -> tuple[bool | None, ...] | None:
        vector = self.values.vectors.get(line, {}).get(condition)
        if vector is None or -1 in vector:
            return None
        truth = self.values.truthiness.get(line, {})
        return tuple(truth.get(v) for v in vector)


def _reach(acts: Sequence[bool], blame: Sequence[float]) -> float:
    """How promising it is to act on those visits: on the last calls of failing tests, and on no others."""
    touched = {b for b, a in zip(blame, acts, strict=True) if a}
    if not touched or touched == {0.0}:
        return INERT
    if max(touched) < 1.0:
        return RISKY
    if 0.0 in touched:
        return NEUTRAL
    return TARGETED if touched == {1.0} else LIKELY


def _satisfied(given: Sequence[bool]) -> float:
    """More the more of the wanted answers are given."""
    if not given:
        return NEUTRAL
    return WANTED if all(given) else NEUTRAL if any(given) else UNWANTED


def _as_truth(number: int, truth: Mapping[int, bool]) -> int:
    """A value's number, or one number for all true and one for all false values."""
    known = truth.get(number)
    return number if known is None or number < 0 else (-3 if known else -2)
