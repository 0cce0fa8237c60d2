"""One mutation chain: rewrites that lead step by step away from a correct function, each evaluated by its tests."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import zip_longest

from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.selection.fault_localization import localize_faults
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.program.fingerprint import fingerprint
from reloc_lsp.program.unit import PARSING_ERRORS
from reloc_lsp.reward.training.sources.function_versions import Version, dedented
from reloc_lsp.rewrites.neighborhood import RewriteNeighborhood
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.search.candidate import Candidate, FaultEvidence, Node, Task

MAX_REWRITES = 400
"""Rewrites of one version from which those to evaluate are drawn; chosen by hand."""


class MutationChain:
    """One chain, and all versions that were evaluated on the way; `last` is the index of its end among them."""

    def __init__(self, evaluator: PytestEvaluator, location: UnitLocation, width: int, rng: random.Random) -> None:
        unit, text = location.unit, location.module.text
        # Suspiciousness is left out: no test fails, so no line would be suspicious, and there would be no rewrites.
        evidence = FaultEvidence(types=localize_faults(evaluator.baseline, evaluator.location.module.tree).types)
        task = Task(
            file=location.name,
            qualname=unit.qualname,
            module=text,
            start=unit.start,
            end=unit.end,
            first_line=unit.first_line,
            verdict=evaluator.unchanged,
            evidence=evidence,
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
