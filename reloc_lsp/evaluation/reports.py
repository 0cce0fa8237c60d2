"""What a child process reported about the tests it ran, decoded and checked.

Candidates ran in that process, so nothing is believed that does not look exactly as the harness sends it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from reloc_lsp.evaluation.harness.protocol.codec import ProtocolError, decode, kind_of
from reloc_lsp.evaluation.harness.protocol.messages import ChildEnd, RawRecord
from reloc_lsp.evaluation.harness.protocol.records import (
    CanaryEnded,
    DifferentialOutcome,
    FileMissing,
    PermissionRequired,
    Record,
    RunBegins,
    StoppedAt,
    TestEnded,
)
from reloc_lsp.evaluation.harness.protocol.values import FailureReport
from reloc_lsp.search.patches.differential_testing import Observation, Observations
from reloc_lsp.search.verdict import Failure, Outcome, TestResult

RunEnd = ChildEnd | Literal["server died"]
"""How a run ended: as its child did, or with the process that the child was to be forked from."""
R = TypeVar("R", bound=Record)

MALFORMED = FailureReport("Untrue", "the harness sends no such record of a test")
UNTRUE = TestResult(
    Outcome.FAILED, failure=Failure("Untrue", "a test that must fail was reported as passed", trusted=True)
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ChildReport:
    """All that one child reported: results by test number in the order run, and how it ended after `cpu` seconds."""

    results: dict[int, TestResult]
    ended: RunEnd
    cpu: float
    records: Sequence[Record]

    def all(self, kind: type[R]) -> list[R]:
        """All records of a kind."""
        return [record for record in self.records if isinstance(record, kind)]

    def last(self, kind: type[R]) -> R | None:
        """The last record of a kind, or `None`."""
        return next((record for record in reversed(self.records) if isinstance(record, kind)), None)

    @property
    def missing(self) -> set[str]:
        """The paths beside the copy of the workspace that the tests looked for in vain."""
        return {record.path for record in self.all(FileMissing)}

    @property
    def permissions(self) -> set[str]:
        """The permissions that the tests were seen to require."""
        return {record.permission for record in self.all(PermissionRequired)}


SERVER_DIED = ChildReport({}, "server died", 0.0, ())


def decode_record(raw: RawRecord) -> Record | None:
    """A record; `None` for what is none.

    A malformed record counts against the candidate: that of a test as a failure of the test, and that of the canary as
    a canary that passed.
    """
    try:
        return decode(raw, Record)
    except ProtocolError as error:
        logger.debug("a malformed record: %s", error)
        kind, test = raw.get("kind"), raw.get("test")
        if kind == kind_of(CanaryEnded):
            return CanaryEnded("passed")
        if kind == kind_of(TestEnded) and type(test) is int:
            return TestEnded(test, "failed", 0.0, 0.0, MALFORMED)
        return None


def decode_records(raw_records: Iterable[RawRecord]) -> tuple[list[Record], bool]:
    """The records up to the first malformed one, and whether that was all of them."""
    records: list[Record] = []
    for raw in raw_records:
        record = decode_record(raw)
        if record is None:
            return records, False
        records.append(record)
    return records, True


def split_runs(records: Iterable[Record]) -> list[list[Record]]:
    """The records of each run of a batch; a run begins with `RunBegins`."""
    runs: list[list[Record]] = []
    for record in records:
        if isinstance(record, RunBegins):
            runs.append([record])
        elif runs:
            runs[-1].append(record)
    return runs


def child_report(tests: Iterable[int], records: Sequence[Record], ended: RunEnd, cpu: float) -> ChildReport:
    """Results in exactly the expected order; where the records leave it, the expected test counts as DIED."""
    results: dict[int, TestResult] = {}
    expected = iter(tests)
    wanted = next(expected, None)
    for record in records:
        if isinstance(record, TestEnded):
            if record.test != wanted:
                ended = "garbled"
                break
            results[record.test] = test_result(record)
            wanted = next(expected, None)
    if ended != "done" and wanted is not None:
        results[wanted] = _timeout(records) if ended == "timeout" else TestResult(Outcome.DIED)
    return ChildReport(believed(results, records), ended, cpu, records)


def test_result(record: TestEnded) -> TestResult:
    """The record of a test as a result."""
    failure = _failure(record.failure) if record.failure is not None else None
    return TestResult(Outcome(record.outcome), record.seconds, failure, record.wall)


def _timeout(records: Sequence[Record]) -> TestResult:
    """The result of a test whose time was up, with where it was if it reported that."""
    last = records[-1] if records else None
    return TestResult(Outcome.TIMEOUT, stopped=_failure(last.failure) if isinstance(last, StoppedAt) else None)


def _failure(report: FailureReport) -> Failure:
    return Failure(report.kind, report.message, report.test_line, report.unit_lines, report.bases, report.variable)


def believed(results: dict[int, TestResult], records: Sequence[Record]) -> dict[int, TestResult]:
    """`results`, unless the canary among the tests, which must fail, did not: then no result is believed.

    A run in which every test passed must have run the canary; one that ended early need not.
    """
    canaries = {record.outcome for record in records if isinstance(record, CanaryEnded)}
    passed = all(result.outcome is Outcome.PASSED for result in results.values())
    if canaries <= {"failed"} and (canaries or not passed):
        return results
    return dict.fromkeys(results, UNTRUE)


def differential_outcomes(report: ChildReport) -> Observations:
    """What a version did with inputs that no test uses, by the number of the input."""
    return {record.input: Observation(record.call, record.result) for record in report.all(DifferentialOutcome)}
