"""Revising one unit after another in the same scratch copy of the workspace."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from dataclasses import dataclass, field
from pathlib import Path

from reloc_lsp.evaluation.admission import Admission
from reloc_lsp.evaluation.baseline.baseline import Baseline, BaselineBuilder
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.selection.test_file_discovery import DOCTEST_MODULES
from reloc_lsp.evaluation.selection.test_selection import likely_groups
from reloc_lsp.evaluation.tiers import HarnessLauncher
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.program.source_bounds import tree_size
from reloc_lsp.revision.best_so_far import BestSoFar
from reloc_lsp.revision.objectives.optimization import Optimization
from reloc_lsp.revision.objectives.repair import Repair
from reloc_lsp.revision.objectives.strategy import ObjectiveStrategy
from reloc_lsp.revision.proposal import Proposal
from reloc_lsp.revision.request import RevisionRequest
from reloc_lsp.revision.run_context import RunContext, run_context
from reloc_lsp.revision.run_report import RunReport
from reloc_lsp.revision.search_run import SearchRun
from reloc_lsp.revision.target import TargetReader, UnitInFile
from reloc_lsp.revision.trace.trace_file import Trace
from reloc_lsp.search.interfaces.language_model import LanguageModel

BASELINE_SHARE, MAX_BASELINE_SECONDS = 0.35, 60.0
"""Share of the time left that runs of the unchanged code may take, and its bound in seconds; chosen by hand."""
MAX_UNIT_DEPTH = 200
"""Levels of syntax nodes inside each other that a unit may have. Python allows 1,000 calls inside each other, and a
walk of a syntax tree takes up to four a level."""

DOCTEST = ">>> "
"""What begins an example in a docstring."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class UnitReviser:
    """Takes the baseline of a unit and runs the search on it.

    `test_files` are those of the workspace; they are used if the settings name no tests. `model` and `trace` are `None`
    if there is none. `best` always holds the answer if the work is stopped now.
    """

    request: RevisionRequest
    files: TargetReader
    launcher: HarnessLauncher
    report: RunReport
    test_files: list[Path]
    model: LanguageModel | None = None
    trace: Trace | None = None
    best: BestSoFar = field(default_factory=BestSoFar)

    async def revise(self, target: UnitInFile, seconds: float = math.inf, tests: str = "") -> Proposal:
        """The proposal for one unit, within `seconds` and the budget; raises `EvaluationError`.

        The tests of the file `tests` are run for it in any case.
        """
        until = time.monotonic() + min(seconds, self.report.spending.seconds_left())
        self.report.progress("baseline", f"running the tests of {target.unit.qualname}", 0.04)
        location = UnitLocation(
            target.file,
            self.launcher.copy.path_in_copy(target.file),
            self.files.name(target.file),
            target.module,
            target.unit,
        )
        _check_depth(location)
        with self.report.timings.measure("baseline"):
            baseline = await self._take_baseline(location, until, tests)
        self.report.timings.add("baseline", -baseline.collection_seconds)
        self.report.timings.add("collection", baseline.collection_seconds)
        review = self.request.settings.review
        admission = Admission.for_unit(location, self.launcher.copy.files, review.allow)
        evaluator = PytestEvaluator.start(
            self.launcher, location, baseline, admission, refuses_inside=review.inside == "refuse"
        )
        try:
            run = self.best.run = self._new_run(evaluator, location)
            return await run.run(until)
        finally:
            await evaluator.close()

    async def _take_baseline(self, location: UnitLocation, until: float, tests: str) -> Baseline:
        groups = [list(self.request.settings.evaluation.tests)]
        if not groups[0]:
            files = list(dict.fromkeys([*self.test_files, *map(Path, self.files.doctest_files(location.file))]))
            groups = await asyncio.to_thread(
                likely_groups, self.launcher.copy.files, files, location.name, location.unit.qualname
            )
        if not groups:
            raise EvaluationError(
                f"No test file was found, so no test reaches {location.unit.qualname}. {self._advice(location)}"
            )
        if tests:
            groups = [list(dict.fromkeys([*group, tests])) for group in groups]
        seconds = min((until - time.monotonic()) * BASELINE_SHARE, MAX_BASELINE_SECONDS)
        named = bool(self.request.settings.evaluation.tests)
        return await BaselineBuilder(self.launcher, location, seconds, named_tests=named).measure(groups)

    def _advice(self, location: UnitLocation) -> str:
        """What to do where there is no test file."""
        if DOCTEST in location.module.text:
            return f"Its file has doctests: pytest runs them with {DOCTEST_MODULES} in its option addopts."
        if self.request.settings.evaluation.tests:
            return "Write a test that calls it."
        return "Write one, or name it with --tests."

    def _new_run(self, evaluator: PytestEvaluator, location: UnitLocation) -> SearchRun:
        baseline = evaluator.baseline
        logger.debug(
            "%s is evaluated by the %s tier (%s), %d tests, sandbox %s",
            location.unit.qualname,
            baseline.tier.name,
            baseline.reason,
            len(baseline.tests),
            evaluator.sandbox,
        )
        for note in baseline.notes:
            self.report.note_once(note)
        if baseline.unseen:
            self.report.notes.append(
                f"There was no time for {baseline.unseen}, so they guard nothing: give more with --seconds."
            )
        context = run_context(
            report=self.report,
            evaluator=evaluator,
            location=location,
            settings=self.request.settings,
            model=self.model,
            objective=self.request.target.objective,
        )
        return SearchRun(context, _strategy(context), self.trace)


def _strategy(context: RunContext) -> ObjectiveStrategy:
    return Repair(context) if context.objective.repairs else Optimization(context)


def _check_depth(location: UnitLocation) -> None:
    """Raises `EvaluationError` for a unit that is nested too deeply."""
    _, depth = tree_size(parse_unit(location.source))
    if depth > MAX_UNIT_DEPTH:
        raise EvaluationError(
            f"{location.unit.qualname} is nested {depth} levels deep, and functions of at most {MAX_UNIT_DEPTH} levels "
            "can be revised. Each `elif` is a level below the one before, and so is each operand of a long sum. Use a "
            "dictionary, `match` or a loop, or split the function."
        )
