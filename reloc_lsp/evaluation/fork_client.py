"""Talks to a fork server: requests in, records of one child each out, both tiers alike."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reloc_lsp.evaluation.harness_process import HarnessProcess
from reloc_lsp.search.patches.differential import Observation, Observations
from reloc_lsp.search.verdict import Failure, Outcome, TestResult

SILENT_SECONDS = 3.0
"""How long a server may be silent when asked: it never runs a candidate itself, so that it answers at once."""


@dataclass(frozen=True)
class Limit:
    """What one test may take: CPU seconds, and wall-clock seconds against sleeping."""

    cpu: float
    wall: float

    def grown(self, by: float) -> Limit:
        """The limit times `by`."""
        return Limit(self.cpu * by, self.wall * by)


@dataclass(frozen=True)
class ChildReport:
    """All that one child said: results by test number in the order run, `ended` being how it ended."""

    results: dict[int, TestResult]
    ended: str
    cpu: float
    records: Sequence[Mapping[str, Any]]

    def record(self, key: str) -> Any:
        """The value of the last record that has `key`, or `None`."""
        return next((record[key] for record in reversed(self.records) if key in record), None)


class ForkClient:
    """Sends requests to the fork server in `process` and hands each answer to whoever waits for it."""

    def __init__(self, process: HarnessProcess) -> None:
        self.process = process
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[dict[str, Any] | None]] = {}
        self._heard = False
        self._reader = asyncio.create_task(self._read())
        self._watcher = asyncio.create_task(self._watch())
        self.cpu = 0.0

    async def run(
        self, tests: Sequence[int], limits: Sequence[Limit], failures_allowed: int | None = None, **more: Any
    ) -> ChildReport:
        """Run `tests` in one child. A test the child did not survive is TIMEOUT or DIED, those after it missing."""
        reply = await self._ask(tests, limits, failures_allowed=failures_allowed, **more)
        return _report(tests, reply["records"], reply["ended"], reply["cpu"])

    async def run_all(
        self, sources: Sequence[str], tests: Sequence[int], limits: Sequence[Limit], canary: int, **more: Any
    ) -> list[ChildReport]:
        """Run `tests` on each of `sources` in one child, then the first `canary` of them on the unchanged unit.

        One report for each run that began; only the last of them may have ended otherwise than well.
        """
        reply = await self._ask(tests, limits, sources=list(sources), canary=canary, **more)
        runs: list[list[Mapping[str, Any]]] = []
        for record in reply["records"]:
            if "begin" in record:
                runs.append([record])
            elif runs:
                runs[-1].append(record)
        share = reply["cpu"] / max(len(runs), 1)
        ends = ["done"] * (len(runs) - 1) + [reply["ended"]]
        return [_report(tests, records, end, share) for records, end in zip(runs, ends, strict=False)]

    async def _ask(self, tests: Sequence[int], limits: Sequence[Limit], **more: Any) -> Mapping[str, Any]:
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        if self._reader.done():
            answer.set_result(None)
        self.process.send({
            "do": "run", "id": number, "tests": list(tests),
            "limits": [(limit.cpu, limit.wall) for limit in limits], **more,
        })  # fmt: skip
        reply = await answer or {"records": (), "ended": "server died", "cpu": 0.0}
        self.cpu += reply["cpu"]
        return reply

    @property
    def gone(self) -> bool:
        """Whether the server has ended."""
        return self._reader.done()

    def set_confinement(self, walls: Any) -> None:
        """Have inner walls around every child from now on; `None` takes them down."""
        self.process.send({"do": "walls", "walls": walls})

    def abandon(self) -> None:
        """End the children now running and forget those waiting; the server stays."""
        self.process.send({"do": "cancel"})

    async def close(self) -> None:
        """End the server and its children."""
        self._watcher.cancel()
        self._reader.cancel()
        await self.process.close()

    async def _read(self) -> None:
        try:
            while (message := await self.process.receive()) is not None:
                self._heard = True
                waiting = self._waiting.pop(message.get("id", -1), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(message)
        finally:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_result(None)

    async def _watch(self) -> None:
        """End a server that gave no sign of life when asked twice: something has it stand still, or deaf."""
        unanswered = 0
        while unanswered < 2:
            asked, self._heard = bool(self._waiting), False
            if asked:
                self.process.send({"do": "answer"})
            await asyncio.sleep(SILENT_SECONDS)
            unanswered = unanswered + 1 if asked and not self._heard else 0
        self.process.kill()
        self._reader.cancel()


def _report(tests: Sequence[int], records: Sequence[Mapping[str, Any]], ended: str, cpu: float) -> ChildReport:
    """Results in the exact expected sequence; whatever does not follow it ends the list as DIED."""
    results: dict[int, TestResult] = {}
    expected = iter(tests)
    for record in records:
        if "test" in record:
            wanted = next(expected, None)
            if record["test"] != wanted:
                ended = "garbled"
                break
            results[record["test"]] = test_result(record)
    if ended not in ("done", "server died"):
        fatal = next(expected, None)
        if fatal is not None:
            results[fatal] = TestResult(Outcome.TIMEOUT if ended == "timeout" else Outcome.DIED)
    return ChildReport(believed(results, records), ended, cpu, records)


def trials_of(report: ChildReport) -> Observations:
    """What a child says that a version did with inputs no test tries."""
    return {
        record["trial"]: Observation(str(record.get("call")), str(record.get("did")))
        for record in report.records
        if isinstance(record.get("trial"), int)
    }


def believed(results: dict[int, TestResult], records: Sequence[Mapping[str, Any]]) -> dict[int, TestResult]:
    """`results`, unless the test among them that must fail did not: then nothing that ran there is believed.

    A run in which every test passed must have come by it; one that ended early need not.
    """
    canaries = [str(record["canary"]) for record in records if "canary" in record]
    passed = all(result.outcome is Outcome.PASSED for result in results.values())
    if set(canaries) <= {"failed"} and (canaries or not passed):
        return results
    return dict.fromkeys(results, UNTRUE)


UNTRUE = TestResult(Outcome.FAILED, failure=Failure("Untrue", "a test that must fail was reported as passed"))


def test_result(record: Mapping[str, Any]) -> TestResult:
    """A harness record as a result; one that is not like those of the harness is a failure."""
    found = record.get("failure")
    failure = None
    try:
        if isinstance(found, dict):
            lines = tuple(map(int, found.get("unit_lines", ())))
            failure = Failure(str(found.get("kind")), str(found.get("message")), int(found.get("test_line", 0)), lines)
        outcome = Outcome(record["outcome"])
        return TestResult(outcome, float(record.get("seconds", 0.0)), failure, float(record.get("wall", 0.0)))
    except (KeyError, ValueError, TypeError, OverflowError):
        return TestResult(Outcome.FAILED, failure=Failure("Untrue", "the record of the test is not one of ours"))
