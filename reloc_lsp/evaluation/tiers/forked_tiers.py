"""Tiers whose runs are forks of a process that did the slow part before: a warm swap, and a fresh start."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from reloc_lsp.evaluation.errors import EvaluationError, cause
from reloc_lsp.evaluation.fork_client import ForkClient
from reloc_lsp.evaluation.harness.protocol.messages import Collected, FreshJob, Ready, WarmJob
from reloc_lsp.evaluation.harness.protocol.test_ids import function_of
from reloc_lsp.evaluation.harness.protocol.values import CollectionBudget, RunRequest
from reloc_lsp.evaluation.reports import ChildReport
from reloc_lsp.evaluation.sandbox import Grants
from reloc_lsp.evaluation.tiers.base import BatchTier, Tier, first_message, receive_collected
from reloc_lsp.evaluation.tiers.harness_launcher import HarnessLauncher
from reloc_lsp.evaluation.tiers.import_permissions import permissions_to_import
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation


@dataclass
class ForkedTier(Tier):
    """Each run is a fork of the server that `client` is connected to."""

    client: ForkClient
    collected: Collected
    launcher: HarnessLauncher
    _reviving: asyncio.Lock = field(default_factory=asyncio.Lock, kw_only=True)
    _grants: Grants | None = field(default=None, kw_only=True)
    _closed: bool = field(default=False, kw_only=True)

    async def run(self, source: str, request: RunRequest) -> ChildReport:
        """Run tests in a fork that gets the unit's lines `source`."""
        await self.revive()
        return await self.client.run(self.version(source), request)

    @abstractmethod
    def version(self, source: str) -> str | None:
        """What the server needs of a version of the unit."""

    async def set_confinement(self, grants: Grants | None) -> None:
        """Confine every child that starts from now on."""
        self._grants = grants
        self.client.set_confinement(self.launcher.confinement(self.launcher.copy.root, grants) if grants else None)

    async def revive(self) -> None:
        """Start the server again if it has ended: the system may have ended it for lack of memory.

        Raises `EvaluationError` if it does not start again, or not with the same tests.
        """
        if not self.client.ended:
            return
        async with self._reviving:
            if self._closed or not self.client.ended:
                return
            await self.client.close()
            again = await self.restarted()
            self.client = again.client
            if [*map(function_of, again.tests)] != [*map(function_of, self.tests)]:
                raise EvaluationError("The tests are not the same any more: the workspace's copy was changed.")
            await self.set_confinement(self._grants)

    @abstractmethod
    async def restarted(self) -> ForkedTier:
        """Another tier, started as this one was."""

    def cancel(self) -> None:
        """End the running children and forget the waiting requests."""
        self.client.cancel()

    async def close(self) -> None:
        """End the server."""
        self._closed = True
        await self.client.close()


@dataclass
class WarmTier(ForkedTier, BatchTier):
    """Forks of one pytest process that has collected `selection`; in each the unit's code is swapped."""

    location: UnitLocation | None
    selection: Sequence[str]
    name: str = "warm"
    collects_again = False

    @classmethod
    async def start(
        cls,
        launcher: HarnessLauncher,
        location: UnitLocation | None,
        selection: Sequence[str],
        budget: CollectionBudget | None = None,
    ) -> WarmTier:
        """Collect `selection` (files or node ids); raises `EvaluationError` if pytest does not get that far.

        Files for which the `budget` does not last are skipped.
        """
        job = WarmJob(tuple(selection), location.description() if location else None, budget)
        process = await launcher.start(job, launcher.copy.root, compiles=True)
        collected = await receive_collected(process)
        launcher.copy.keep_bytecode()
        kept = [name for name in selection if name not in collected.skipped_files]
        return cls(ForkClient(process), collected, launcher, location, kept)

    async def restarted(self) -> WarmTier:
        """Another warm process for the same selection."""
        return await WarmTier.start(self.launcher, self.location, self.selection)

    @property
    def forks_safely(self) -> bool:
        """Whether importing and collecting the tests started no thread."""
        return self.collected.threads == 1

    @property
    def may_reach_unit(self) -> bool:
        """Whether any live function has the unit's code."""
        return self.collected.functions > 0

    def version(self, source: str) -> str | None:
        """The source whose code is swapped in; without a unit the code runs as it is."""
        return self.location.swap_text(source) if self.location else None

    def can_show(self, source: str) -> bool:
        """Whether the version changes only the body, which is all that a swap replaces."""
        return self.location is None or self.location.is_swappable(source)

    def can_vary_inputs(self, source: str) -> bool:
        """Whether the version can be swapped in, so that its function can be called directly."""
        return self.can_show(source)

    async def fallback(self) -> Tier:
        """A fresh tier for the same tests."""
        return await FreshTier.start(self.launcher, self.location, self.collected) if self.location else self

    async def import_permissions(self) -> set[str]:
        """Collect the same selection once more, without confinement."""
        return await permissions_to_import(self.launcher, self.selection)

    def batching(self) -> BatchTier:
        """This tier."""
        return self

    async def run_batch(self, sources: Sequence[str], canary: int, request: RunRequest) -> list[ChildReport]:
        """Run tests on each of `sources` in one fork, then the first `canary` of them on the unchanged unit."""
        await self.revive()
        versions = [self.location.swap_text(source) if self.location else source for source in sources]
        return await self.client.run_batch(versions, canary, request)


@dataclass
class FreshTier(ForkedTier):
    """Forks of a process that has imported pytest and third-party modules; the project is imported in the fork."""

    location: UnitLocation
    threads: int = 1
    name: str = "fresh"

    @classmethod
    async def start(cls, launcher: HarnessLauncher, location: UnitLocation, collected: Collected) -> FreshTier:
        """Start the process for the tests in `collected`; raises `EvaluationError` if it does not start."""
        job = FreshJob(collected.tests, str(location.copy), collected.modules)
        process = await launcher.start(job, launcher.copy.root)
        ready = await first_message(process)
        if not isinstance(ready, Ready):
            await process.close()
            raise EvaluationError(f"The test process did not start: {cause(process.last_output())}")
        return cls(ForkClient(process), collected, launcher, location, threads=ready.threads)

    async def restarted(self) -> FreshTier:
        """Another process that has imported the same modules."""
        return await FreshTier.start(self.launcher, self.location, self.collected)

    @property
    def forks_safely(self) -> bool:
        """Whether importing third-party modules started no thread."""
        return self.threads == 1

    def version(self, source: str) -> str:
        """The whole file that the fork imports."""
        return self.location.file_text(source)
