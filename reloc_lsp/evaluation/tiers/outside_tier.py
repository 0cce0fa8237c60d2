"""Cold runs that judge from outside: the unit runs in a subject process, the tests call it through a stand-in."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reloc_lsp.evaluation.harness.protocol.messages import ColdJob, SubjectJob
from reloc_lsp.evaluation.harness.protocol.values import StandInRequest
from reloc_lsp.evaluation.harness_process import HarnessProcess
from reloc_lsp.evaluation.sandbox.bubblewrap import TEMPORARY_BYTES
from reloc_lsp.evaluation.tiers.cold_tier import ColdTier
from reloc_lsp.evaluation.tiers.harness_launcher import SubjectLink
from reloc_lsp.evaluation.workspace.test_material import test_material
from reloc_lsp.evaluation.workspace.workspace_scan import exceeds

MAX_TEMPORARY_FILES = 100_000
"""Files and folders that both processes may make for temporary use. Chosen by hand."""
SECONDS_BETWEEN_CHECKS = 0.5
"""Seconds between two checks of the folder for temporary files. Chosen by hand: meanwhile a disk takes 1 GB at most."""


@dataclass
class OutsideTier(ColdTier):
    """A process for the tests and one for the unit, for each run."""

    name: str = "outside"

    @staticmethod
    def is_supported() -> bool:
        """Whether two processes can be connected here."""
        return os.name == "posix"

    @contextlib.asynccontextmanager
    async def _session(self, job: ColdJob, root: Path, source: str) -> AsyncIterator[HarnessProcess]:
        copy, location = self.launcher.copy, self.location
        assert location is not None
        unit_file = copy.files.relative(location.file)
        subject_root = await asyncio.to_thread(copy.add_copy)
        here, there = socket.socketpair()
        started: list[HarnessProcess] = []
        temporary = copy.folder_of(root) / "tmp"
        watch = asyncio.create_task(_kill_if_full(temporary, started))
        try:
            copy.write(subject_root, location.file, location.file_text(source))
            # Their paths are those in the first copy, which must keep them.
            files = [Path(file) for file in self.collected.files if Path(file).is_relative_to(copy.root)]
            names = [str(file.relative_to(copy.root)) for file in files]
            hidden = test_material(copy.origin, names, unit_file, searched=not copy.mounted)
            await asyncio.to_thread(copy.hide, subject_root, hidden)
            subject_job = SubjectJob(
                descriptor=there.fileno(),
                unit_file=str(copy.path_in_copy(location.file, subject_root)),
                line=location.outermost.first_line,
                unit=location.outermost.name,
                temporary=str(temporary),
            )
            stand_in = StandInRequest(
                descriptor=here.fileno(),
                line=location.outermost.first_line,
                unit=location.outermost.name,
                original=location.module.text,
                subject_root=str(subject_root),
                hidden=tuple(map(str, hidden)),
            )
            job = replace(job, stand_in=stand_in)
            link = SubjectLink(here.fileno(), temporary)
            started.append(await self.launcher.start(job, root, self.grants, self.seed, link=link))
            link = SubjectLink(there.fileno(), temporary, is_subject=True)
            started.append(await self.launcher.start(subject_job, subject_root, self.grants, self.seed, link=link))
            here.close()
            there.close()
            yield started[0]
        finally:
            watch.cancel()
            here.close()
            there.close()
            for process in started:
                process.kill()
                await process.close()
            await asyncio.to_thread(copy.remove, subject_root)


async def _kill_if_full(folder: Path, processes: Sequence[HarnessProcess]) -> None:
    """Kill the processes once they have filled their common folder, which is on the disk and so has no limit itself."""
    full = False
    while not full:
        await asyncio.sleep(SECONDS_BETWEEN_CHECKS)
        full = await asyncio.to_thread(exceeds, folder, MAX_TEMPORARY_FILES, TEMPORARY_BYTES)
    for process in processes:
        process.kill()
