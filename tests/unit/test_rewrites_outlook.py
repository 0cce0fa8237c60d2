"""What run-time values tell of a rewrite before it is run."""

from __future__ import annotations

from reloc_lsp.rewrites.ranking.observational_equivalence import Observations
from reloc_lsp.rewrites.rewrite import ConditionExtension, ExpressionReplacement, GuardInsertion, Rewrite
from reloc_lsp.search.runtime_values import RuntimeValues

BLAME = (1.0, 0.3, 0.0)  # the last call of a failing test, an earlier one, a call of a passing test
VECTORS = {
    "old": (5, 5, 5),
    "same": (5, 5, 5),
    "differs where it fails": (6, 5, 5),
    "differs earlier": (5, 6, 5),
    "differs everywhere": (6, 6, 6),
    "differs where it passes": (5, 5, 6),
    "raises": (-1, 5, 5),
    "fails": (1, 0, 0),
    "always": (1, 1, 1),
    "never": (0, 0, 0),
    "other truth": (2, 3, 4),
}
TRUTH = {0: False, 1: True, 2: True, 3: True, 4: True, 5: True, 6: True}


def outlook() -> Observations:
    return Observations(RuntimeValues({3: VECTORS}, {3: BLAME}, {3: TRUTH}))


def swap(new: str, condition: bool = False, line: int = 3) -> float:
    return outlook().factor(Rewrite((), "any", "", line, effect=ExpressionReplacement(line, "old", new, condition)))


def guard(condition: str, operator: str = "guard") -> float:
    return outlook().factor(Rewrite((), operator, "", 3, effect=GuardInsertion(3, condition)))


def test_what_differs_only_where_a_test_fails_is_the_most_promising():
    least_to_most = ["same", "differs earlier", "differs everywhere", "differs where it fails"]
    factors = [swap(new) for new in least_to_most]
    assert factors == sorted(factors) and len(set(factors)) == 4


def test_what_changes_nothing_or_only_what_is_right_cannot_help():
    assert swap("same") == swap("differs where it passes") < 0.1


def test_what_raises_is_risky():
    assert swap("raises") < swap("differs where it fails")


def test_of_a_condition_only_the_truth_counts():
    assert swap("differs where it fails", condition=True) == swap("same")
    assert swap("differs where it fails", condition=False) > swap("same")


def test_what_was_not_looked_at_is_neither_better_nor_worse():
    assert swap("unknown") == swap("same", line=9) == Observations().factor(Rewrite((), "any", "", 3)) == 1.0


def test_a_guard_should_act_where_a_test_fails_and_nowhere_else():
    assert guard("never") < guard("always") < guard("fails")
    assert guard("fails", "conditional") < guard("never", "conditional")


def test_useful_conditions_tell_the_failing_visits_from_the_others():
    conditions = {"never": 1.0, "always": 1.0, "fails": 0.5, "raises": 1.0}
    useful = outlook().useful(3, conditions, wanted=True)
    assert next(iter(useful)) == "fails" and "never" not in useful and "raises" not in useful
    assert list(outlook().useful(3, {"fails": 1.0, "never": 1.0}, wanted=False)) == ["never"]


def test_of_conditions_that_hold_alike_a_few_are_enough():
    alike = {f"fails {number}": (1, 0, 0) for number in range(9)}
    many = Observations(RuntimeValues({3: alike}, {3: BLAME}, {3: TRUTH}))
    assert 0 < len(many.useful(3, dict.fromkeys(alike, 1.0), wanted=True)) < 9


def test_without_values_the_first_conditions_are_taken():
    conditions = {f"c{number}": 1.0 for number in range(40)}
    taken = Observations().useful(3, conditions, wanted=True)
    assert list(taken) == list(conditions)[: len(taken)] and taken


def test_an_expression_that_raised_where_a_test_fails_is_known():
    assert outlook().raises(3, "raises") and not outlook().raises(3, "same") and not outlook().raises(9, "raises")


def answering() -> Observations:
    """At line 3 test 7 wanted a value that has number 6, and got another one from the `return` at line 4."""
    values = RuntimeValues({3: VECTORS}, {3: BLAME}, {3: TRUTH}, {3: (7, -1, -1)}, {3: {7: frozenset({6})}}, {7: 4})
    return Observations(values)


def factor(effect: ExpressionReplacement | GuardInsertion | ConditionExtension) -> float:
    return answering().factor(Rewrite((), "any", "", 3, effect=effect))


def test_what_returns_the_wanted_answer_is_the_most_promising_and_what_does_not_cannot_help():
    right, wrong = (factor(ExpressionReplacement(3, "old", new, returned=4)) for new in ("differs everywhere", "fails"))
    elsewhere = factor(ExpressionReplacement(3, "old", "differs everywhere"))
    assert wrong < 0.3 < elsewhere < right
    assert factor(ExpressionReplacement(3, "old", "fails", returned=9)) == factor(
        ExpressionReplacement(3, "old", "fails")
    )


def test_a_guard_should_return_the_wanted_answer():
    right, wrong = (factor(GuardInsertion(3, "fails", value)) for value in ("differs everywhere", "old"))
    assert wrong < factor(GuardInsertion(3, "fails")) < right


def test_a_condition_should_lead_to_the_branch_with_the_wanted_answer():
    def opposite(then: str, other: str) -> float:
        return factor(ExpressionReplacement(3, "never", "fails", True, branches=(then, other)))

    assert (
        opposite("old", "same")
        < factor(ExpressionReplacement(3, "never", "fails", True))
        < opposite("differs everywhere", "old")
    )


def test_an_operand_more_changes_a_condition_only_where_it_decides():
    without = factor(ConditionExtension(3, "never", "and", "fails"))
    assert without < 0.1  # false stays false
    assert factor(ConditionExtension(3, "never", "or", "fails")) > 1.0
    right, wrong = (
        factor(ConditionExtension(3, "never", "or", "fails", (then, None))) for then in ("differs everywhere", "old")
    )
    assert wrong < factor(ConditionExtension(3, "never", "or", "fails")) < right
