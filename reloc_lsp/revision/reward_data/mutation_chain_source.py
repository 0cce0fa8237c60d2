"""Mutation chains: rewrites that lead step by step away from a correct function, each evaluated by its tests.

This is not part of the reward package, because that must import neither the rewrites nor the evaluation.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reloc_lsp.evaluation.baseline.baseline import BaselineBuilder
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.sandbox import find_sandbox
from reloc_lsp.evaluation.selection.test_file_discovery import PytestLayout, pytest_layout, test_files
from reloc_lsp.evaluation.selection.test_selection import likely_groups
from reloc_lsp.evaluation.tiers import HarnessLauncher
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.program.source_text import SourceText
from reloc_lsp.program.unit import PARSING_ERRORS, Module, Unit
from reloc_lsp.revision.reward_data.mutation_chain import MutationChain
from reloc_lsp.reward.errors import RewardError
from reloc_lsp.reward.training.sources.function_versions import Versions
from reloc_lsp.settings import EvaluationSettings

BASELINE_SECONDS = 30.0
"""Seconds for the baseline of one function; chosen by hand."""


@dataclass(frozen=True)
class ChainSource:
    """Chains of up to `length` rewrites from functions of the workspace `root` whose covering tests pass.

    In each step `width` rewrites, of as many mutation operators as possible, are evaluated. Those are kept that fail a
    test and pass no more tests than their parent, and a random one of them is the parent of the next step. At most
    `functions` functions are tried. The `seed` decides all random choices. The defaults were chosen by hand.
    `on_progress` receives a text for each function, `on_skipped` the reason for each function that cannot be used.
    """

    root: Path
    settings: EvaluationSettings
    functions: int = 50
    length: int = 4
    width: int = 12
    seed: int = 0
    on_progress: Callable[[str], None] = field(default=lambda text: None)
    on_skipped: Callable[[str], None] = field(default=lambda text: None)

    def versions(self) -> Iterator[Versions]:
        """One function after the other; raises `RewardError` if no test can be run at all."""
        return iter(asyncio.run(self._collected()))

    async def _collected(self) -> list[Versions]:
        try:
            sandbox = find_sandbox(self.settings.sandbox)
            interpreter = find_interpreter(self.root, self.settings.interpreter)
            copy = await asyncio.to_thread(
                ScratchCopy, self.root, {},
                mountable=sandbox.container is not None, withhold=self.settings.withhold,
            )  # fmt: skip
        except EvaluationError as error:
            raise RewardError(f"{self.root}: {error}") from error
        workers = self.settings.workers or os.cpu_count() or 1
        launcher = HarnessLauncher(copy, interpreter, workers, self.settings.environment, sandbox)
        try:
            return [found async for found in self._of_all(launcher)]
        finally:
            copy.close()

    async def _of_all(self, launcher: HarnessLauncher) -> AsyncIterator[Versions]:
        user = UserFiles(self.root)
        tests = test_files(user, pytest_layout(user))
        if not tests:
            raise RewardError(
                f"{self.root} has no test file, and without tests it is unknown which functions are correct."
            )
        # All Python files that pytest could collect, whatever their names.
        files = sorted(set(test_files(user, PytestLayout(patterns=("*.py",)))).difference(tests))
        units = [(file, module, unit) for file in files for module, unit in _functions(user.root / file)]
        rng = random.Random(self.seed)
        drawn = sorted(rng.sample(range(len(units)), min(self.functions, len(units))))
        for number, index in enumerate(drawn, 1):
            file, module, unit = units[index]
            self.on_progress(f"{number} of {len(drawn)}: {unit.qualname} of {file}")
            location = UnitLocation(user.root / file, launcher.copy.path_in_copy(file), file.as_posix(), module, unit)
            groups = await asyncio.to_thread(likely_groups, user, tests, location.name, unit.qualname)
            try:
                found = await self._of_function(launcher, location, groups)
            except EvaluationError as error:
                self.on_skipped(f"{unit.qualname} of {file}: {error}")
                continue
            if found:
                yield found

    async def _of_function(
        self, launcher: HarnessLauncher, location: UnitLocation, groups: Sequence[Sequence[str]]
    ) -> Versions | None:
        baseline = await BaselineBuilder(launcher, location, BASELINE_SECONDS).measure(groups)
        evaluator = PytestEvaluator.start(launcher, location, baseline)
        try:
            if not evaluator.unchanged.all_passed:
                self.on_skipped(f"{location.unit.qualname} of {location.name}: A covering test fails.")
                return None
            chain = MutationChain(
                evaluator, location, self.width, random.Random(f"{self.seed} {location.name} {location.unit.qualname}")
            )
            for _ in range(self.length):
                if not await chain.step():
                    break
        finally:
            await evaluator.close()
        return Versions(
            kind="chain",
            repository=self.root.name,
            file=location.name,
            qualname=location.unit.qualname,
            reference=self.root.name,
            origin=chain.last,
            versions=tuple(chain.versions),
        )


def _functions(file: Path) -> list[tuple[Module, Unit]]:
    """The functions and methods of a file, without nested ones; none if the file cannot be read."""
    try:
        module = Module(SourceText.read(file).text)
    except (OSError, *PARSING_ERRORS):
        return []
    return [(module, unit) for unit in module.functions if module.outermost_function(unit) == unit]
