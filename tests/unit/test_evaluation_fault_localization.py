"""Fault localization: exceptions that tests expect, as pytest and unittest name them, and suspiciousness."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from reloc_lsp.evaluation.selection.fault_localization import expected_exceptions, ochiai
from reloc_lsp.search.verdict import Failure, Outcome
from reloc_lsp.search.verdict import TestResult as Result


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("DID NOT RAISE <class 'ValueError'>", ("ValueError",)),
        ("DID NOT RAISE <class 'pkg.errors.Missing'>", ("Missing",)),
        ("DID NOT RAISE any of (<class 'ValueError'>, <class 'm.B'>)", ("ValueError", "B")),
        ("DID NOT RAISE ValueError", ("ValueError",)),
        ("DID NOT RAISE any of (ValueError, B)", ("ValueError", "B")),
        ("DID NOT RAISE any exception", ()),
        ("KeyError not raised", ("KeyError",)),
        ("KeyError not raised by f", ("KeyError",)),
        ("assert 1 == 2", ()),
        ("", ()),
    ],
)
def test_an_exception_that_was_not_raised_is_expected(message, names):
    result = Result(Outcome.FAILED, 0.0, Failure("Failed", message))
    baseline = SimpleNamespace(tests=[0, 1], results={0: result, 1: Result(Outcome.PASSED)})
    assert expected_exceptions(baseline) == names


def test_suspiciousness_is_highest_for_code_that_only_failing_tests_run():
    assert ochiai({1, 2}, {1, 2}) == 1.0
    assert ochiai({1, 2}, {1, 2}) > ochiai({1, 2, 3}, {1, 2}) > ochiai({1, 3}, {1, 2}) > ochiai({3}, {1, 2}) == 0.0
    assert ochiai(set(), {1}) == ochiai({1}, set()) == 0.0
