"""How likely run-time values make a rewrite before it is run."""

from __future__ import annotations

from reloc_lsp.rewrites.ranking.observational_equivalence import Observations
from reloc_lsp.rewrites.rewrite import ConditionExtension, ExpressionReplacement, GuardInsertion, Rewrite
from reloc_lsp.search.interfaces.runtime_values import RuntimeValues

SUSPICIOUS = (1.0, 0.3, 0.0)  # the last call of a failing test, an earlier one, a call of a passing test
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


def observations() -> Observations:
    return Observations(RuntimeValues({3: VECTORS}, {3: SUSPICIOUS}, {3: TRUTH}))


def replacement(new: str, condition: bool = False, line: int = 3) -> float:
    return observations().factor(
        Rewrite((), "any", "", line, effect=ExpressionReplacement(line, "old", new, condition))
    )


def guard(condition: str, operator: str = "guard") -> float:
    return observations().factor(Rewrite((), operator, "", 3, effect=GuardInsertion(3, condition)))


def test_a_value_that_differs_only_where_a_test_fails_is_the_most_promising():
    least_to_most = ["same", "differs earlier", "differs everywhere", "differs where it fails"]
    factors = [replacement(new) for new in least_to_most]
    assert factors == sorted(factors) and len(set(factors)) == 4


def test_a_value_that_differs_nowhere_or_only_where_tests_pass_cannot_help():
    assert replacement("same") == replacement("differs where it passes") < 0.1


def test_an_expression_that_raises_is_risky():
    assert replacement("raises") < replacement("differs where it fails")


def test_of_a_condition_only_the_truth_value_matters():
    assert replacement("differs where it fails", condition=True) == replacement("same")
    assert replacement("differs where it fails", condition=False) > replacement("same")


def test_an_expression_that_was_not_probed_is_neutral():
    assert (
        replacement("unknown") == replacement("same", line=9) == Observations().factor(Rewrite((), "any", "", 3)) == 1.0
    )


def test_the_best_guard_acts_where_a_test_fails_and_nowhere_else():
    assert guard("never") < guard("always") < guard("fails")
    assert guard("fails", "conditional") < guard("never", "conditional")


def test_discriminating_conditions_separate_failing_visits_from_others():
    conditions = {"never": 1.0, "always": 1.0, "fails": 0.5, "raises": 1.0}
    useful_conditions = observations().discriminating(3, conditions, holds=True)
    assert (
        next(iter(useful_conditions)) == "fails"
        and "never" not in useful_conditions
        and "raises" not in useful_conditions
    )
    assert list(observations().discriminating(3, {"fails": 1.0, "never": 1.0}, holds=False)) == ["never"]


def test_only_a_few_equivalent_conditions_are_kept():
    alike = {f"fails {number}": (1, 0, 0) for number in range(9)}
    many = Observations(RuntimeValues({3: alike}, {3: SUSPICIOUS}, {3: TRUTH}))
    assert 0 < len(many.discriminating(3, dict.fromkeys(alike, 1.0), holds=True)) < 9


def test_without_values_the_first_conditions_are_kept():
    conditions = {f"c{number}": 1.0 for number in range(40)}
    taken = Observations().discriminating(3, conditions, holds=True)
    assert list(taken) == list(conditions)[: len(taken)] and taken


def test_an_expression_that_raised_at_a_failing_visit_is_recognized():
    assert (
        observations().raises(3, "raises")
        and not observations().raises(3, "same")
        and not observations().raises(9, "raises")
    )


def with_expectation() -> Observations:
    """At line 3, test 7 expects the value number 6; the `return` at line 4 returned another one."""
    values = RuntimeValues(
        {3: VECTORS}, {3: SUSPICIOUS}, {3: TRUTH}, {3: (7, -1, -1)}, {3: {7: frozenset({6})}}, {7: 4}
    )
    return Observations(values)


def factor(effect: ExpressionReplacement | GuardInsertion | ConditionExtension) -> float:
    return with_expectation().factor(Rewrite((), "any", "", 3, effect=effect))


def test_a_rewrite_that_returns_the_expected_value_is_promising_and_one_that_does_not_cannot_help():
    right, wrong = (
        factor(ExpressionReplacement(3, "old", new, returned_at=4)) for new in ("differs everywhere", "fails")
    )
    elsewhere = factor(ExpressionReplacement(3, "old", "differs everywhere"))
    assert wrong < 0.3 < elsewhere < right
    assert factor(ExpressionReplacement(3, "old", "fails", returned_at=9)) == factor(
        ExpressionReplacement(3, "old", "fails")
    )


def test_the_best_guard_returns_the_expected_value():
    right, wrong = (factor(GuardInsertion(3, "fails", value)) for value in ("differs everywhere", "old"))
    assert wrong < factor(GuardInsertion(3, "fails")) < right


def test_the_best_condition_leads_to_the_branch_with_the_expected_value():
    def with_branches(then: str, other: str) -> float:
        return factor(ExpressionReplacement(3, "never", "fails", True, branches=(then, other)))

    assert (
        with_branches("old", "same")
        < factor(ExpressionReplacement(3, "never", "fails", True))
        < with_branches("differs everywhere", "old")
    )


def test_another_operand_changes_a_condition_only_where_it_decides():
    without = factor(ConditionExtension(3, "never", "and", "fails"))
    assert without < 0.1  # false stays false
    assert factor(ConditionExtension(3, "never", "or", "fails")) > 1.0
    right, wrong = (
        factor(ConditionExtension(3, "never", "or", "fails", (then, None))) for then in ("differs everywhere", "old")
    )
    assert wrong < factor(ConditionExtension(3, "never", "or", "fails")) < right
