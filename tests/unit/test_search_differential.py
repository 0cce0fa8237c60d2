"""Differential testing: which inputs give different results, and which of them is shown."""

from __future__ import annotations

from reloc_lsp.search.patches.differential_testing import Observation, clearest_difference, differing_inputs

ONE = {
    1: Observation("f(1)", "returns 1"),
    2: Observation("f(-1)", "raises KeyError"),
    3: Observation("f([1, 2])", "returns 3"),
}


def test_only_inputs_observed_with_both_versions_count():
    assert (
        differing_inputs(ONE, {2: Observation("f(-1)", "raises KeyError"), 4: Observation("f(9)", "returns 9")}) == []
    )


def test_a_short_call_that_returns_is_shown_before_one_that_raises():
    other = {
        1: Observation("f(1)", "raises KeyError"),
        2: Observation("f(-1)", "returns 0"),
        3: Observation("f([1, 2])", "returns 4"),
    }
    assert clearest_difference(ONE, other) == (ONE[3], other[3])


def test_a_call_too_long_to_read_is_not_shown():
    assert clearest_difference({1: Observation("", "returns 1")}, {1: Observation("", "returns 2")}) is None
