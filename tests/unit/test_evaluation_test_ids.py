"""Tests are found again in another process, also where their ids change."""

from __future__ import annotations

from reloc_lsp.evaluation.harness.protocol.test_ids import find_tests, function_of, wanted_tests

BEFORE = ["t.py::C::test[<f at 0x1>-3]", "t.py::C::test[<f at 0x2>-4]", "t.py::test_a", "t.py::test_b[x::y[0]]"]
AFTER = ["t.py::C::test[<f at 0x8>-3]", "t.py::C::test[<f at 0x9>-4]", "t.py::test_a", "t.py::test_b[x::y[0]]"]


def test_the_function_of_a_test_is_its_id_without_parameters():
    assert [function_of(name) for name in BEFORE] == ["t.py::C::test", "t.py::C::test", "t.py::test_a", "t.py::test_b"]


def test_a_changed_id_is_found_by_its_position_among_the_tests_of_the_function():
    assert find_tests(wanted_tests(BEFORE, [1, 2, 3]), AFTER) == {1: 1, 2: 2, 3: 3}


def test_an_equal_id_counts_more_than_a_position():
    assert find_tests(wanted_tests(["t.py::t[a]", "t.py::t[b]"], [0]), ["t.py::t[b]", "t.py::t[a]"]) == {0: 1}


def test_a_changed_id_is_not_found_among_more_or_fewer_tests():
    assert find_tests(wanted_tests(BEFORE, [0]), AFTER[1:]) == {}
