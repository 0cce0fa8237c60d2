"""Mutation chains: rewrites that lead step by step away from a correct function, each evaluated by its tests.

This is not part of the reward room, because that must import neither the rewrites nor the evaluation.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from reloc_lsp.evaluation.baseline.baseline import BaselineBuilder
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.sandbox import find_sandbox
from reloc_lsp.evaluation.selection.fault_localization import localize_faults
from reloc_lsp.evaluation.selection.test_file_discovery import PytestLayout, pytest_layout, test_files
from reloc_lsp.evaluation.selection.test_selection import likely_groups
from reloc_lsp.evaluation.tiers import HarnessLauncher
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.program.fingerprint import fingerprint
from reloc_lsp.program.source_text import SourceText
from reloc_lsp.program.unit import PARSING_ERRORS, Module, Unit
from reloc_lsp.reward.errors import RewardError
from reloc_lsp.reward.training.versions import Version, Versions, dedented
from reloc_lsp.rewrites.neighborhood import RewriteNeighborhood
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.search.candidate import Candidate, FaultEvidence, Node, Task
from reloc_lsp.settings import EvaluationSettings

BASELINE_SECONDS = 30.0
"""Seconds for the baseline of one function; chosen by hand."""
MAX_REWRITES = 400
"""Rewrites of one version from which those to evaluate are drawn; chosen by hand."""


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
            copy = await asyncio.to_thread(ScratchCopy, self.root, {}, mountable=sandbox.container is not None)
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
            chain = Chain(
                evaluator, location, self.width, random.Random(f"{self.seed} {location.name} {location.unit.qualname}")
            )
            for _ in range(self.length):
                if not await chain.step():
                    break
        finally:
            await evaluator.close()
        versions = chain.versions
        return Versions(
            "chain", self.root.name, location.name, location.unit.qualname, self.root.name, chain.last, tuple(versions)
        )


class Chain:
    """One chain, and all versions that were evaluated on the way; `last` is the index of its end among them."""

    def __init__(self, evaluator: PytestEvaluator, location: UnitLocation, width: int, rng: random.Random) -> None:
        unit, text = location.unit, location.module.text
        # Suspiciousness is left out: no test fails, so no line would be suspicious, and there would be no rewrites.
        evidence = FaultEvidence(types=localize_faults(evaluator.baseline).types)
        task = Task(
            location.name, unit.qualname, text, unit.start, unit.end, unit.first_line, evaluator.unchanged, evidence
        )
        module = ModuleContext(
            location.module.tree, unit.qualname, evidence.types, docstring_constants=task.docstring_constants
        )
        self.evaluator = evaluator
        self.width = width
        self.rng = rng
        self.neighborhood = RewriteNeighborhood(task, module, None)
        self.versions = [Version(dedented(task.source), 0)]
        self.last = 0
        self._node = Node(0, Candidate(task.source, "", "", trusted=True), evaluator.unchanged, ())
        self._distances = {fingerprint(task.source): 0}
        self._evaluated = set(self._distances)

    async def step(self) -> bool:
        """Evaluate rewrites of the end of the chain and move to one of them; false if there is none to move to."""
        before = self._node.verdict.passed
        chosen = self._chosen(await self.neighborhood.expand([self._node], MAX_REWRITES))
        verdicts = await self.evaluator.evaluate(chosen, -1)
        parent = self.last
        farther: list[tuple[int, Node]] = []
        for candidate, verdict in zip(chosen, verdicts, strict=True):
            # Tests that were not run after an early stop count as passed.
            if verdict.all_passed or verdict.possible_passes > before:
                continue
            distance = self._distances[fingerprint(candidate.source)]
            version = len(self.versions)
            self.versions.append(Version(dedented(candidate.source), distance, parent, candidate.origin))
            if distance > self.versions[parent].distance:
                farther.append((version, Node(version, candidate, verdict, ())))
        if not farther:
            return False
        self.last, self._node = self.rng.choice(farther)
        return True

    def _chosen(self, rewrites: Sequence[Candidate]) -> list[Candidate]:
        """Up to `width` rewrites that were not evaluated before, from each mutation operator in turn."""
        by_operator: dict[str, list[Candidate]] = {}
        distance = self.versions[self.last].distance + 1
        for candidate in rewrites:
            try:
                digest = fingerprint(candidate.source)
            except PARSING_ERRORS:
                continue
            # A program that was also reached from a closer version keeps the smaller distance.
            self._distances.setdefault(digest, distance)
            if digest not in self._evaluated:
                self._evaluated.add(digest)
                by_operator.setdefault(candidate.origin, []).append(candidate)
        groups = [by_operator[name] for name in sorted(by_operator)]
        self.rng.shuffle(groups)
        for group in groups:
            self.rng.shuffle(group)
        drawn = [candidate for row in zip_longest(*groups) for candidate in row if candidate is not None]
        return drawn[: self.width]


def _functions(file: Path) -> list[tuple[Module, Unit]]:
    """The functions and methods of a file, without nested ones; none if the file cannot be read."""
    try:
        module = Module(SourceText.read(file).text)
    except (OSError, *PARSING_ERRORS):
        return []
    return [(module, unit) for unit in module.functions if module.outermost_function(unit) == unit]
