"""The canary test: it must fail. If it passes, the candidate has changed how tests are evaluated."""

from __future__ import annotations

import pytest
from pytest import CallInfo

from ..protocol.records import TestOutcome
from .failures import short_failure_text
from .pytest_compat import make_report


def make_canary(session: pytest.Session) -> pytest.Function:
    """A test that cannot pass."""
    canary = pytest.Function.from_parent(session, name="canary", callobj=_fail)
    canary.funcargs = {}
    canary.repr_failure = short_failure_text  # type: ignore[method-assign]
    return canary


def run_canary(canary: pytest.Function) -> TestOutcome:
    """The outcome of the canary, found by the functions of pytest that find the outcome of every test."""
    call = CallInfo.from_call(canary.runtest, "call")
    report = make_report(canary, call)
    return "failed" if call.excinfo is not None and report.failed else "passed"


def _fail() -> None:
    raise AssertionError("this test must fail")
