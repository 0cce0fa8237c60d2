"""Which input shows best how two versions differ."""

from __future__ import annotations

from reloc_lsp.search.patches.differential import Trial, differing, telling

ONE = {1: Trial("f(1)", "returns 1"), 2: Trial("f(-1)", "raises KeyError"), 3: Trial("f([1, 2])", "returns 3")}


def test_only_inputs_tried_with_both_count():
    assert differing(ONE, {2: Trial("f(-1)", "raises KeyError"), 4: Trial("f(9)", "returns 9")}) == []


def test_a_short_call_that_returns_is_shown_before_one_that_raises():
    other = {1: Trial("f(1)", "raises KeyError"), 2: Trial("f(-1)", "returns 0"), 3: Trial("f([1, 2])", "returns 4")}
    assert telling(ONE, other) == (ONE[3], other[3])


def test_a_call_too_long_to_read_is_not_shown():
    assert telling({1: Trial("", "returns 1")}, {1: Trial("", "returns 2")}) is None
