"""Tiers whose candidates are forks of a process that did the slow part before: a warm swap, and a fresh start."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reloc_lsp.evaluation.collection_errors import cause
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.fork_client import ChildReport, ForkClient, Limit
from reloc_lsp.evaluation.sandbox import Grants
from reloc_lsp.evaluation.tiers.base import CollectionBudget, collected, receive_hello
from reloc_lsp.evaluation.tiers.harness_launcher import HarnessLauncher
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation


@dataclass
class ForkedTier(ABC):
    """Each run is a fork of the server that `client` talks to."""

    client: ForkClient
    tests: Sequence[str]
    bench: HarnessLauncher
    reviving: asyncio.Lock = field(default_factory=asyncio.Lock, kw_only=True)
    grants: Grants | None = field(default=None, kw_only=True)
    closed: bool = field(default=False, kw_only=True)

    async def run(
        self,
        source: str,
        tests: Sequence[int],
        limits: Sequence[Limit],
        failures_allowed: int | None = None,
        **more: Any,
    ) -> ChildReport:
        """Run `tests` in a fork that gets the unit's lines `source`."""
        await self.revive()
        return await self.client.run(tests, limits, failures_allowed, **self.version(source), **more)

    @abstractmethod
    def version(self, source: str) -> Mapping[str, Any]:
        """How the server is told of a version of the unit."""

    async def set_confinement(self, grants: Grants | None) -> None:
        """Have inner walls around every child from now on, with these `grants` through them."""
        self.grants = grants
        self.client.set_confinement(self.bench.walls(self.bench.copy.root, grants) if grants else None)

    async def revive(self) -> None:
        """Start anew where the server is gone: the system may have ended it for want of memory.

        Raises `EvaluationError` where it does not come up again, or not with the same tests.
        """
        if not self.client.gone:
            return
        async with self.reviving:
            if self.closed or not self.client.gone:
                return
            await self.client.close()
            again = await self.again()
            self.client = again.client
            if again.tests != self.tests:
                raise EvaluationError("The tests are not the same any more: the workspace's copy was changed.")
            await self.set_confinement(self.grants)

    @abstractmethod
    async def again(self) -> ForkedTier:
        """One more of this, started as this one was."""

    async def close(self) -> None:
        """End the server."""
        self.closed = True
        await self.client.close()


@dataclass
class WarmTier(ForkedTier):
    """One collected pytest process; each candidate is a fork in which the unit's code is swapped.

    `selection` is what was collected, and `left` what was not for want of patience.
    """

    location: UnitLocation | None
    files: Sequence[str]
    errors: Sequence[dict[str, str]]
    functions: int
    threads: int
    modules: Sequence[str]
    selection: Sequence[str]
    left: Sequence[str]
    name: str = "warm"

    @classmethod
    async def start(
        cls,
        bench: HarnessLauncher,
        location: UnitLocation | None,
        selection: Sequence[str],
        patience: CollectionBudget | None = None,
    ) -> WarmTier:
        """Collect `selection` (files or node ids); raises `EvaluationError` where pytest does not get that far.

        Files for which `patience` does not last are left.
        """
        unit = location.description() if location else None
        process = await bench.start(
            "warm",
            bench.copy.root,
            selection=list(selection),
            unit=unit,
            compiles=True,
            patience=patience.described() if patience else None,
        )
        hello = await collected(process)
        bench.copy.keep_bytecode()
        return cls(
            ForkClient(process), hello["collected"], bench, location, hello["files"], hello["errors"],
            hello["functions"], hello["threads"], hello["modules"],
            [name for name in selection if name not in hello["left"]], hello["left"],
        )  # fmt: skip

    async def again(self) -> WarmTier:
        """One more warm process for the same selection."""
        return await WarmTier.start(self.bench, self.location, self.selection)

    def version(self, source: str) -> Mapping[str, Any]:
        """The source whose code is swapped in; without a unit the code runs as it is."""
        return {"source": self.location.swap_text(source) if self.location else None}

    async def run_all(
        self,
        sources: Sequence[str],
        tests: Sequence[int],
        limits: Sequence[Limit],
        canary: int,
        **more: Any,
    ) -> list[ChildReport]:
        """Run `tests` on each of `sources` in one fork, then the first `canary` of them on the unchanged unit."""
        await self.revive()
        texts = [self.location.swap_text(source) if self.location else source for source in sources]
        return await self.client.run_all(texts, tests, limits, canary, **more)


@dataclass
class FreshTier(ForkedTier):
    """Forks of a process that has imported pytest and third-party modules; the project is imported in the fork."""

    location: UnitLocation
    modules: Sequence[str]
    name: str = "fresh"

    @classmethod
    async def start(
        cls, bench: HarnessLauncher, location: UnitLocation, tests: Sequence[str], modules: Sequence[str]
    ) -> FreshTier:
        """Start the process; raises `EvaluationError` where it does not come up."""
        process = await bench.start(
            "fresh", bench.copy.root, tests=list(tests), unit_file=str(location.copy), preload=list(modules)
        )
        if await receive_hello(process) is None:
            await process.close()
            raise EvaluationError(f"The test process did not start: {cause(process.last_words())}")
        return cls(ForkClient(process), tests, bench, location, modules)

    async def again(self) -> FreshTier:
        """One more process that has imported the same modules."""
        return await FreshTier.start(self.bench, self.location, self.tests, self.modules)

    def version(self, source: str) -> Mapping[str, Any]:
        """The whole file that the fork imports."""
        return {"text": self.location.file_text(source)}
