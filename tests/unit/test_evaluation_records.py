"""Records that the harness would never send: they prove nothing, and end the run where they are no records."""

from __future__ import annotations

import json

import pytest

from reloc_lsp.evaluation.harness.isolation.child_records import open_record
from reloc_lsp.evaluation.harness.protocol.codec import as_object
from reloc_lsp.evaluation.harness.protocol.records import CanaryEnded
from reloc_lsp.evaluation.harness.protocol.records import TestEnded as Ended
from reloc_lsp.evaluation.reports import UNTRUE, child_report, decode_record, decode_records
from reloc_lsp.search.verdict import Outcome, TestResult

PASSED = json.loads(json.dumps(as_object(Ended(0, "passed", 0.1, 0.1, None))))
CANARY = as_object(CanaryEnded("failed"))
FAILURE = {"kind": "ValueError", "message": "", "test_line": 0, "unit_lines": []}


def results_of(*raw_records):
    records, whole = decode_records(raw_records)
    return child_report([0], records, "done" if whole else "garbled", 0.0).results


@pytest.mark.parametrize(
    "odd",
    [
        {"outcome": "splendid"},
        {"outcome": ["passed"]},
        {"seconds": "soon"},
        {"seconds": [1]},
        {"wall": {}},
        {"seconds": float("inf")},
        {"seconds": 10**400},
        {"more": 1},
        {"failure": {**FAILURE, "unit_lines": 5}},
        {"failure": {**FAILURE, "unit_lines": ["x"]}},
        {"failure": {**FAILURE, "test_line": "x"}},
    ],
    ids=str,
)
def test_an_odd_record_of_a_test_is_a_failure_of_that_test(odd):
    assert results_of(CANARY, {**PASSED, **odd})[0].outcome is Outcome.FAILED


def test_a_record_without_an_outcome_is_a_failure():
    without = {key: value for key, value in PASSED.items() if key != "outcome"}
    assert results_of(CANARY, without)[0].outcome is Outcome.FAILED
    assert results_of(CANARY, PASSED)[0].outcome is Outcome.PASSED


@pytest.mark.parametrize("odd", [{}, {"kind": "TestEnded"}, {"kind": []}, {"kind": "Hello", "protocol": 1}], ids=str)
def test_what_is_no_record_ends_the_run(odd):
    assert decode_record(odd) is None
    assert results_of(CANARY, odd, PASSED)[0].outcome is Outcome.DIED


@pytest.mark.parametrize("outcomes", [[], ["passed"], [["failed"]], ["failed", None]], ids=str)
def test_passes_are_believed_only_beside_a_canary_that_failed(outcomes):
    canaries = [{**CANARY, "outcome": outcome} for outcome in outcomes]
    assert results_of(PASSED, *canaries) == {0: UNTRUE}
    assert results_of(PASSED, CANARY) == {0: TestResult(Outcome.PASSED, 0.1)}


def test_deeply_nested_values_are_no_records():
    nest = "[" * 300 + "]" * 300
    assert open_record(b"n" + json.dumps({"test": "[" * 300}).encode(), "n") is not None
    assert open_record(f'n{{"test": {nest}}}'.encode(), "n") is None
    assert open_record(("n" + "[" * 10**6).encode(), "n") is None
