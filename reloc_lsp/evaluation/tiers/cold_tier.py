"""The cold tier: a new pytest process on a new copy of the workspace, with pytest's own full protocol.

It is the reference for the other tiers, and all there is on systems that cannot fork.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reloc_lsp.evaluation.fork_client import ChildReport, Limit, believed, test_result
from reloc_lsp.evaluation.harness_process import HarnessProcess
from reloc_lsp.evaluation.sandbox import Grants
from reloc_lsp.evaluation.tiers.base import collected
from reloc_lsp.evaluation.tiers.harness_launcher import HarnessLauncher
from reloc_lsp.evaluation.workspace.test_integrity import guarded
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.search.verdict import Failure, Outcome, TestResult

TAMPERED = TestResult(Outcome.FAILED, failure=Failure("Untrue", "the files of the tests were changed while they ran"))


@dataclass
class ColdTier:
    """A process for each run. `patience` are seconds for what is no test: the start, collection, the end.

    With `grants` the runs have inner walls, which let those through. `backwards` runs the last test first; `seed` is
    that of hashes. No file is ever `left` for want of patience.
    """

    bench: HarnessLauncher
    location: UnitLocation | None
    tests: Sequence[str]
    files: Sequence[str] = ()
    errors: Sequence[dict[str, str]] = ()
    patience: float = 60.0
    name: str = "cold"
    grants: Grants | None = None
    backwards: bool = False
    seed: int = 0
    left: Sequence[str] = ()

    @classmethod
    async def start(cls, bench: HarnessLauncher, location: UnitLocation | None, selection: Sequence[str]) -> ColdTier:
        """Collect `selection` (files or node ids); raises `EvaluationError` where pytest does not get that far."""
        began = time.monotonic()
        process = await bench.start("collection", bench.copy.root, selection=list(selection), compiles=True)
        hello = await collected(process)
        await process.close()
        bench.copy.keep_bytecode()
        patience = 5.0 + 10 * (time.monotonic() - began)
        return cls(bench, location, hello["collected"], hello["files"], hello["errors"], patience)

    async def run(
        self,
        source: str,
        tests: Sequence[int],
        limits: Sequence[Limit],
        failures_allowed: int | None = None,
        **more: Any,
    ) -> ChildReport:
        """Run `tests` in pytest's order on a copy whose file has the unit's lines `source`.

        Of limits only the seconds by the clock count. A test that the process did not survive is TIMEOUT or DIED and
        those after it are missing; all are, where the process did not come to any test.
        """
        copy = self.bench.copy
        root = await asyncio.to_thread(copy.add_copy)
        try:
            unit_file = ""
            if self.location:
                unit_file = str(copy.path_in_copy(self.location.file, root))
                copy.write(root, self.location.file, self.location.file_text(source))
            named = [(number, self.tests[number]) for number in tests]
            selection = list(dict.fromkeys(name.split("::")[0] for _, name in named))
            walls = {number: limit.wall for number, limit in zip(tests, limits, strict=True)}
            demanded = guarded(copy, root, selection)
            report = await self._session(
                root, walls, tests=named, selection=selection, unit_file=unit_file, failures_allowed=failures_allowed,
                **more,
            )  # fmt: skip
            if guarded(copy, root, selection) != demanded:
                report = replace(report, results=dict.fromkeys(report.results, TAMPERED))
            return report
        finally:
            await asyncio.to_thread(copy.remove, root)

    async def set_confinement(self, grants: Grants | None) -> None:
        """Have inner walls around every run from now on, with these `grants` through them."""
        self.grants = grants

    async def close(self) -> None:
        """Nothing outlives a run."""

    async def _session(self, root: Path, walls: Mapping[int, float], **config: Any) -> ChildReport:
        nonce = secrets.token_hex(8)
        process = await self.bench.start(
            "cold", root, self.grants, self.seed, nonce=nonce, backwards=self.backwards, **config
        )
        try:
            return await self._listen(process, nonce, walls)
        finally:
            process.kill()
            await process.close()

    async def _listen(self, process: HarnessProcess, nonce: str, walls: Mapping[int, float]) -> ChildReport:
        """Read records until the session ends, the process dies or something takes too long by the clock."""
        results: dict[int, TestResult] = {}
        records: list[Mapping[str, Any]] = []
        ended, running, patience = "died", None, self.patience
        deadline = time.monotonic() + patience
        while ended == "died":
            try:
                record = await asyncio.wait_for(process.receive(), max(deadline - time.monotonic(), 0))
            except TimeoutError:
                ended = "timeout"
                break
            if record is None or record.pop("nonce", None) != nonce:
                break
            records.append(record)
            number = record.get("running", record.get("test"))
            if not isinstance(number, int) or number not in walls:
                ended = "done" if "end" in record else ended
            elif "running" in record:
                running = number
                deadline = time.monotonic() + walls[number]
            else:
                results[number] = test_result(record)
                running = None
                deadline = time.monotonic() + self.patience
        if ended != "done":
            lost = [running] if running is not None else [] if results else list(walls)
            results |= dict.fromkeys(lost, TestResult(Outcome.TIMEOUT if ended == "timeout" else Outcome.DIED))
        said = records[-1].get("cpu") if records else None
        cpu = said if isinstance(said, float) else 0.0
        return ChildReport(believed(results, records), ended, cpu, records)
