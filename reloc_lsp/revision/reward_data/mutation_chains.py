"""Preferences from chains of rewrites that lead away from a right function, each step seen by the workspace's tests.

It stands here and not in the reward room, because rewrites and the judge do not know each other, nor does it know them.
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
from reloc_lsp.evaluation.selection.test_selection import PytestLayout, likely_groups, pytest_layout, test_files
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
MOST_REWRITES = 400


@dataclass(frozen=True)
class ChainSource:
    """Chains of up to `length` rewrites from functions of the workspace `root` that its tests reach and find right.

    At each step `width` rewrites, of as many families as there are, are judged; those stay that fail a test and pass no
    more than what they were made of, and one of them is the next step. `functions` bounds how many functions are tried,
    drawn by the `seed` as everything else is. `told` hears of each function that is begun, `left_out` of each that
    cannot be used and why.
    """

    root: Path
    settings: EvaluationSettings
    functions: int = 50
    length: int = 4
    width: int = 12
    seed: int = 0
    told: Callable[[str], None] = field(default=lambda words: None)
    left_out: Callable[[str], None] = field(default=lambda words: None)

    def versions(self) -> Iterator[Versions]:
        """One function after the other; raises `RewardError` where no test can be run at all."""
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
            raise RewardError(f"{self.root} has no test file, and without tests nobody knows what is right.")
        # Every file that pytest would collect if all names were those of tests.
        files = sorted(set(test_files(user, PytestLayout(patterns=("*.py",)))).difference(tests))
        units = [(file, module, unit) for file in files for module, unit in _functions(user.root / file)]
        dice = random.Random(self.seed)
        drawn = sorted(dice.sample(range(len(units)), min(self.functions, len(units))))
        for number, index in enumerate(drawn, 1):
            file, module, unit = units[index]
            self.told(f"{number} of {len(drawn)}: {unit.qualname} of {file}")
            where = UnitLocation(user.root / file, launcher.copy.path_in_copy(file), file.as_posix(), module, unit)
            groups = await asyncio.to_thread(likely_groups, user, tests, where.name, unit.qualname)
            try:
                found = await self._of_function(launcher, where, groups)
            except EvaluationError as error:
                self.left_out(f"{unit.qualname} of {file}: {error}")
                continue
            if found:
                yield found

    async def _of_function(
        self, launcher: HarnessLauncher, location: UnitLocation, groups: Sequence[Sequence[str]]
    ) -> Versions | None:
        baseline = await BaselineBuilder(launcher, location, BASELINE_SECONDS).measure(groups)
        judge = PytestEvaluator(launcher, location, baseline)
        try:
            if not judge.unchanged.all_passed:
                self.left_out(f"{location.unit.qualname} of {location.name}: A test that reaches it fails.")
                return None
            chain = Chain(
                judge, location, self.width, random.Random(f"{self.seed} {location.name} {location.unit.qualname}")
            )
            for _ in range(self.length):
                if not await chain.step():
                    break
        finally:
            await judge.close()
        versions = chain.versions
        return Versions(
            "chain", self.root.name, location.name, location.unit.qualname, self.root.name, chain.last, tuple(versions)
        )


class Chain:
    """One chain and what was judged beside it; `last` is the index, among the versions, of its end."""

    def __init__(self, judge: PytestEvaluator, location: UnitLocation, width: int, dice: random.Random) -> None:
        unit, text = location.unit, location.module.text
        # Where no test fails no line is suspicious, and there would be no rewrites: here every line may become wrong.
        seen = FaultEvidence(types=localize_faults(judge.baseline).types)
        task = Task(location.name, unit.qualname, text, unit.start, unit.end, unit.first_line, judge.unchanged, seen)
        module = ModuleContext(location.module.tree, unit.qualname, seen.types, told=task.docstring_constants)
        self.judge = judge
        self.width = width
        self.dice = dice
        self.neighborhood = RewriteNeighborhood(task, module, None)
        self.versions = [Version(dedented(task.source), 0)]
        self.last = 0
        self._node = Node(0, Candidate(task.source, "", "", trusted=True), judge.unchanged, ())
        self._distances = {fingerprint(task.source): 0}
        self._judged = set(self._distances)

    async def step(self) -> bool:
        """Judge rewrites of the end of the chain and go on to one of them; whether there was one to go to."""
        before = self._node.verdict.passed
        chosen = self._chosen(await self.neighborhood.expand([self._node], MOST_REWRITES))
        verdicts = await self.judge.evaluate(chosen, -1)
        parent = self.last
        farther: list[tuple[int, Node]] = []
        for candidate, verdict in zip(chosen, verdicts, strict=True):
            # A run that was cut off may pass what it did not come to.
            if verdict.all_passed or verdict.possible_passes > before:
                continue
            distance = self._distances[fingerprint(candidate.source)]
            version = len(self.versions)
            self.versions.append(Version(dedented(candidate.source), distance, parent, candidate.origin))
            if distance > self.versions[parent].distance:
                farther.append((version, Node(version, candidate, verdict, ())))
        if not farther:
            return False
        self.last, self._node = self.dice.choice(farther)
        return True

    def _chosen(self, rewrites: Sequence[Candidate]) -> list[Candidate]:
        """Rewrites that were not judged before, from each family in turn."""
        families: dict[str, list[Candidate]] = {}
        distance = self.versions[self.last].distance + 1
        for candidate in rewrites:
            try:
                mark = fingerprint(candidate.source)
            except PARSING_ERRORS:
                continue
            # What can also be reached from nearer to the right function is that near.
            self._distances.setdefault(mark, distance)
            if mark not in self._judged:
                self._judged.add(mark)
                families.setdefault(candidate.origin, []).append(candidate)
        groups = [families[name] for name in sorted(families)]
        self.dice.shuffle(groups)
        for group in groups:
            self.dice.shuffle(group)
        drawn = [candidate for row in zip_longest(*groups) for candidate in row if candidate is not None]
        return drawn[: self.width]


def _functions(file: Path) -> list[tuple[Module, Unit]]:
    """The functions and methods of a file, those inside of others left out; none where it cannot be read."""
    try:
        module = Module(SourceText.read(file).text)
    except (OSError, *PARSING_ERRORS):
        return []
    return [(module, unit) for unit in module.functions if module.outermost_function(unit) == unit]
