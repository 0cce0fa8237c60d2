"""The cold tier: a new pytest process on a new copy of the workspace, with pytest's own full protocol.

It is the reference for the other tiers, and the only tier on systems that cannot fork.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reloc_lsp.evaluation.harness.protocol.messages import ColdJob, Collected, CollectionJob, StampedRecord
from reloc_lsp.evaluation.harness.protocol.records import Record, RunEnded, TestBegins, TestEnded
from reloc_lsp.evaluation.harness.protocol.test_ids import wanted_tests
from reloc_lsp.evaluation.harness.protocol.values import RunRequest
from reloc_lsp.evaluation.harness_process import HarnessProcess
from reloc_lsp.evaluation.reports import ChildReport, RunEnd, believed, decode_record, test_result
from reloc_lsp.evaluation.sandbox import Grants
from reloc_lsp.evaluation.tiers.base import Tier, receive_collected
from reloc_lsp.evaluation.tiers.harness_launcher import HarnessLauncher
from reloc_lsp.evaluation.workspace.test_integrity import protected_contents
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.search.verdict import Failure, Outcome, TestResult

TAMPERED = TestResult(
    Outcome.FAILED, failure=Failure("Untrue", "the files of the tests were changed while they ran", trusted=True)
)
OVERHEAD_SECONDS = 60.0
"""Wall-clock seconds that the start, the collection and the end may take, if nothing was measured. Chosen by hand."""


@dataclass
class ColdTier(Tier):
    """A process for each run, which may take `overhead` wall-clock seconds where no test runs.

    With `grants` the runs are confined, but for those. `backwards` runs the last test first; `seed` is the hash seed;
    `more_recursion` and `guarded_lines` are those of `ColdJob`.
    """

    launcher: HarnessLauncher
    location: UnitLocation | None
    collected: Collected
    overhead: float = OVERHEAD_SECONDS
    grants: Grants | None = None
    backwards: bool = False
    seed: int = 0
    more_recursion: bool = False
    guarded_lines: tuple[int, int] | None = None
    name: str = "cold"
    forks = False

    @classmethod
    async def start(
        cls, launcher: HarnessLauncher, location: UnitLocation | None, selection: Sequence[str]
    ) -> ColdTier:
        """Collect `selection` (files or node ids); raises `EvaluationError` if pytest does not get that far."""
        began = time.monotonic()
        process = await launcher.start(CollectionJob(tuple(selection)), launcher.copy.root, compiles=True)
        collected = await receive_collected(process)
        await process.close()
        launcher.copy.keep_bytecode()
        # Ten times what a collection took, and a start on a machine that is busy: chosen by hand.
        return cls(launcher, location, collected, overhead=5.0 + 10 * (time.monotonic() - began))

    async def run(self, source: str, request: RunRequest) -> ChildReport:
        """Run tests in pytest's order on a copy whose file has the unit's lines `source`.

        Of the limits only the wall-clock seconds count, and `early_stop`, `seconds`, `quiet` and `learn` do not. A test
        that the process did not survive is TIMEOUT or DIED and those after it are missing; if the process did not come
        to any test, all tests are.
        """
        copy = self.launcher.copy
        root = await asyncio.to_thread(copy.add_copy)
        try:
            unit_file = ""
            if self.location:
                unit_file = str(copy.path_in_copy(self.location.file, root))
                copy.write(root, self.location.file, self.location.file_text(source))
            job = self._job(unit_file, request)
            demanded = protected_contents(copy, root, job.selection)
            limits = {number: limit.wall for number, limit in request.limits.items()}
            async with self._session(job, root, source) as process:
                report = await self._receive(process, job.nonce, limits)
            if protected_contents(copy, root, job.selection) != demanded:
                report = replace(report, results=dict.fromkeys(report.results, TAMPERED))
            return report
        finally:
            await asyncio.to_thread(copy.remove, root)

    @contextlib.asynccontextmanager
    async def _session(self, job: ColdJob, root: Path, source: str) -> AsyncIterator[HarnessProcess]:
        """The process of a run in the copy at `root`, whose unit is `source`; it is ended at the end of the context."""
        process = await self.launcher.start(job, root, self.grants, self.seed)
        try:
            yield process
        finally:
            process.kill()
            await process.close()

    async def set_confinement(self, grants: Grants | None) -> None:
        """Confine every run from now on, but for these `grants`."""
        self.grants = grants

    async def close(self) -> None:
        """Do nothing: no process outlives its run."""

    def _job(self, unit_file: str, request: RunRequest) -> ColdJob:
        wanted = wanted_tests(self.tests, request.limits)
        return ColdJob(
            nonce=secrets.token_hex(8),
            tests=wanted,
            selection=tuple(dict.fromkeys(test.node_id.split("::")[0] for test in wanted)),
            unit_file=unit_file,
            failures_allowed=request.failures_allowed,
            trace_calls=request.trace_calls,
            probe=request.probe,
            backwards=self.backwards,
            more_recursion=self.more_recursion,
            guarded_lines=self.guarded_lines,
            swallowed_before=request.swallowed_before,
            marked_line=request.marked_line,
        )

    async def _receive(self, process: HarnessProcess, nonce: str, limits: Mapping[int, float]) -> ChildReport:
        """Read records until the session ends, the process dies or something takes too long by the clock."""
        results: dict[int, TestResult] = {}
        records: list[Record] = []
        running: int | None = None
        ended: RunEnd = "died"
        deadline = time.monotonic() + self.overhead
        while ended == "died":
            try:
                record = await asyncio.wait_for(_record(process, nonce), max(deadline - time.monotonic(), 0))
            except TimeoutError:
                ended = "timeout"
                break
            if record is None:
                break
            records.append(record)
            if isinstance(record, TestBegins) and record.test in limits:
                running = record.test
                deadline = time.monotonic() + limits[running]
            elif isinstance(record, TestEnded) and record.test in limits:
                results[record.test] = test_result(record)
                running = None
                deadline = time.monotonic() + self.overhead
            elif isinstance(record, RunEnded):
                ended = "done"
        if ended != "done":
            lost = [running] if running is not None else [] if results else list(limits)
            results |= dict.fromkeys(lost, TestResult(Outcome.TIMEOUT if ended == "timeout" else Outcome.DIED))
        cpu = records[-1].cpu if records and isinstance(records[-1], RunEnded) else 0.0
        return ChildReport(believed(results, records), ended, cpu, records)


async def _record(process: HarnessProcess, nonce: str) -> Record | None:
    """The next record of the run with that `nonce`; `None` for anything else."""
    message = await process.receive()
    if not isinstance(message, StampedRecord) or message.nonce != nonce:
        return None
    return decode_record(message.record)
