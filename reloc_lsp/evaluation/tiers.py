"""The three tiers that judge a candidate: a warm swap, a fresh start in a fork, a cold process of its own."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from reloc_lsp.evaluation.environment import clean_environment
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.forks import ChildReport, ForkClient, Limit, test_result
from reloc_lsp.evaluation.interpreter import Interpreter
from reloc_lsp.evaluation.place import UnitPlace
from reloc_lsp.evaluation.process import HarnessProcess
from reloc_lsp.evaluation.workspace import ScratchCopy
from reloc_lsp.search.verdict import Outcome, TestResult


@dataclass(frozen=True)
class Bench:
    """What every tier needs: the scratch copy, the project's interpreter and how many tests may run at once."""

    copy: ScratchCopy
    interpreter: Interpreter
    workers: int
    variables: tuple[str, ...] = ()

    def environment(self, root: Path) -> dict[str, str]:
        """Variables for a process that runs tests in the copy at `root`."""
        inherited = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
        places = [path for path in (*inherited, *self.interpreter.search_path) if path and self._is_ours(path)]
        outside = [path for path in inherited if not self._is_ours(path)]
        moved = [str(self.copy.place(Path(path), root)) for path in dict.fromkeys(places)]
        existing = [path for path in moved if Path(path).exists()]
        return clean_environment(self.copy.folder, [*existing, *outside], self.variables)

    def config(self, tier: str, root: Path, **more: Any) -> dict[str, Any]:
        """The first message to a harness process."""
        scratch = str(self.copy.folder)
        return {"tier": tier, "root": str(root), "origin": str(self.copy.origin), "scratch": scratch,
                "workers": self.workers, **more}  # fmt: skip

    def _is_ours(self, path: str) -> bool:
        real = Path(os.path.realpath(path))
        return real.is_relative_to(self.copy.origin)


class Tier(Protocol):
    """Runs tests on one version of the unit. Test numbers index `tests`, the collected node ids."""

    name: str
    tests: Sequence[str]

    async def run(
        self,
        source: str,
        tests: Sequence[int],
        limits: Sequence[Limit],
        failures_allowed: int | None = None,
        **more: Any,
    ) -> ChildReport:
        """Run `tests` with the unit's lines `source`."""
        ...

    async def close(self) -> None:
        """End its processes."""
        ...


@dataclass
class WarmTier:
    """One collected pytest process; each candidate is a fork in which the unit's code is swapped."""

    client: ForkClient
    place: UnitPlace | None
    tests: Sequence[str]
    files: Sequence[str]
    errors: Sequence[dict[str, str]]
    functions: int
    threads: int
    modules: Sequence[str]
    name: str = "warm"

    @classmethod
    async def start(cls, bench: Bench, place: UnitPlace | None, selection: Sequence[str]) -> WarmTier:
        """Collect `selection` (files or node ids); raises `EvaluationError` where pytest does not get that far."""
        root = bench.copy.root
        unit = place.description() if place else None
        config = bench.config("warm", root, selection=list(selection), unit=unit)
        process = await HarnessProcess.start(bench.interpreter.executable, bench.environment(root), config)
        try:
            hello = await process.receive()
        except BaseException:
            process.kill()
            raise
        if hello is None or "collected" not in hello:
            await process.close()
            errors = [error["text"] for error in (hello or {}).get("errors", [])]
            words = " | ".join(errors) or process.last_words() or "it said nothing"
            raise EvaluationError(f"pytest could not collect the tests: {shorten(words)}")
        return cls(
            ForkClient(process), place, hello["collected"], hello["files"], hello["errors"],
            hello["functions"], hello["threads"], hello["modules"],
        )  # fmt: skip

    async def run(
        self,
        source: str,
        tests: Sequence[int],
        limits: Sequence[Limit],
        failures_allowed: int | None = None,
        **more: Any,
    ) -> ChildReport:
        """Run `tests` in a fork with the unit's code swapped."""
        text = self.place.swap_text(source) if self.place else None  # without a unit the code runs as it is
        return await self.client.run(tests, limits, failures_allowed, source=text, **more)

    async def run_all(
        self,
        sources: Sequence[str],
        tests: Sequence[int],
        limits: Sequence[Limit],
        canary: int,
        failures_allowed: int | None = None,
    ) -> list[ChildReport]:
        """Run `tests` on each of `sources` in one fork, then the first `canary` of them on the unchanged unit."""
        texts = [self.place.swap_text(source) if self.place else source for source in sources]
        return await self.client.run_all(texts, tests, limits, canary, failures_allowed=failures_allowed)

    async def close(self) -> None:
        """End the server."""
        await self.client.close()


@dataclass
class FreshTier:
    """Forks of a process that has imported pytest and third-party modules; the project is imported in the fork."""

    client: ForkClient
    place: UnitPlace
    tests: Sequence[str]
    name: str = "fresh"

    @classmethod
    async def start(cls, bench: Bench, place: UnitPlace, tests: Sequence[str], modules: Sequence[str]) -> FreshTier:
        """Start the process; raises `EvaluationError` where it does not come up."""
        root = bench.copy.root
        config = bench.config("fresh", root, tests=list(tests), unit_file=str(place.copy), preload=list(modules))
        process = await HarnessProcess.start(bench.interpreter.executable, bench.environment(root), config)
        if await process.receive() is None:
            await process.close()
            raise EvaluationError(f"The test process did not start: {shorten(process.last_words())}")
        return cls(ForkClient(process), place, tests)

    async def run(
        self,
        source: str,
        tests: Sequence[int],
        limits: Sequence[Limit],
        failures_allowed: int | None = None,
        **more: Any,
    ) -> ChildReport:
        """Run `tests` in a fork that imports the project with the candidate's file."""
        return await self.client.run(tests, limits, failures_allowed, text=self.place.file_text(source), **more)

    async def close(self) -> None:
        """End the server."""
        await self.client.close()


@dataclass
class ColdTier:
    """A new pytest process on a new copy of the workspace, with pytest's own full protocol."""

    bench: Bench
    place: UnitPlace
    tests: Sequence[str]
    name: str = "cold"

    async def run(
        self,
        source: str,
        tests: Sequence[int],
        limits: Sequence[Limit],
        failures_allowed: int | None = None,
        **more: Any,
    ) -> ChildReport:
        """Run `tests` on a copy whose file has the candidate's text; `failures_allowed` has no effect here.

        `more` may hold `probe`, as in the other tiers, and `seconds`, the bound on the whole session.
        """
        root = self.bench.copy.another()
        self.bench.copy.write(root, self.place.file, self.place.file_text(source))
        nonce = secrets.token_hex(8)
        names = [self.tests[number] for number in tests]
        config = self.bench.config(
            "cold", root, tests=names, selection=list(dict.fromkeys(name.split("::")[0] for name in names)),
            unit_file=str(self.bench.copy.place(self.place.file, root)), nonce=nonce,
            probe=(*self.place.lines(), self.place.entry) if more.get("probe") else None,
        )  # fmt: skip
        process = await HarnessProcess.start(self.bench.interpreter.executable, self.bench.environment(root), config)
        try:
            return await self._listen(process, nonce, tests, limits)
        finally:
            process.kill()
            await process.close()

    async def close(self) -> None:
        """Nothing outlives a run."""

    @staticmethod
    async def _listen(
        process: HarnessProcess, nonce: str, tests: Sequence[int], limits: Sequence[Limit]
    ) -> ChildReport:
        """Read records until the session ends or one test takes too long by the clock."""
        import asyncio

        results: dict[int, TestResult] = {}
        records, ended, order = [], "died", dict(enumerate(tests))
        generous = 30.0 + max((limit.wall for limit in limits), default=0.0) * 3
        while True:
            try:
                record = await asyncio.wait_for(process.receive(), generous)
            except TimeoutError:
                ended = "timeout"
                break
            if record is None or record.pop("nonce", None) != nonce:
                break
            records.append(record)
            if record.get("end"):
                ended = "done"
                break
            number = order.get(record.get("test", -1))
            if number is not None:
                results[number] = test_result(record)
        if ended != "done":
            for number in tests:
                results.setdefault(number, TestResult(Outcome.TIMEOUT if ended == "timeout" else Outcome.DIED))
        return ChildReport(results, ended, 0.0, records)


def shorten(text: str, most: int = 600) -> str:
    """The end of a long text on one line, which is where the cause stands."""
    line = " ".join(text.split())
    return line if len(line) <= most else "... " + line[-most:]
