"""One unit at the start of its search: the task, who evaluates candidates, and where the run is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.selection.fault_localization import expected_exceptions, localize_faults, test_literals
from reloc_lsp.evaluation.selection.source_of_tests import sources_of_tests
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.language_model.budgeted_model import BudgetedModel
from reloc_lsp.program.source_text import split_lines
from reloc_lsp.program.text_edit import unified_diff
from reloc_lsp.revision.model_access import NO_SANDBOX, model_for_search
from reloc_lsp.revision.objectives.behaviour_differences import BehaviourDifferences
from reloc_lsp.revision.processor_sharing import sharing_processors
from reloc_lsp.revision.proposal import Alternative, Proposal, Tests
from reloc_lsp.revision.report_text import counts_of, failure_text
from reloc_lsp.revision.review.reviewer import Reviewer
from reloc_lsp.revision.run_report import RunReport
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.interfaces.language_model import LanguageModel
from reloc_lsp.search.objective import FIX, Objective
from reloc_lsp.settings import Settings

MAX_ALTERNATIVES = 5
"""Alternatives that a proposal offers besides its own revision; chosen by hand."""


@dataclass(frozen=True)
class RunContext:
    """What the search on one unit and the description of its result need; `model` is `None` if no model takes part."""

    task: Task
    evaluator: PytestEvaluator
    location: UnitLocation
    settings: Settings
    report: RunReport
    model: BudgetedModel | None
    behaviours: BehaviourDifferences
    reviewer: Reviewer

    @property
    def before(self) -> Tests:
        """What the unchanged unit passes."""
        return counts_of(self.task.verdict)

    @property
    def objective(self) -> Objective:
        """What the revision is for."""
        return self.task.objective

    def module_context(self) -> ModuleContext:
        """What rewrites may know about the unit's file and its tests."""
        task = self.task
        lines = split_lines(task.module)
        return ModuleContext(
            tree=self.location.module.tree,
            qualname=task.qualname,
            types=task.evidence.types,
            expected_exceptions=expected_exceptions(self.evaluator.baseline),
            raised_at={lines[line - 1].strip(): error for line, error in task.evidence.raised.items()},
            docstring_constants=task.docstring_constants,
        )

    def unchanged_proposal(self, message: str = "") -> Proposal:
        """A proposal without a revision; proposals with one are made from it."""
        source = self.location.module.text
        return Proposal(
            "unchanged",
            message,
            file=self.task.file,
            qualname=self.task.qualname,
            line=self.location.unit.line,
            before=self.before,
            after=self.before,
            source=source,
            original=source,
            notes=tuple(self.report.notes),
            cost=self.report.cost(),
            sandbox=self.evaluator.sandbox,
            failure=failure_text(self.task.verdict),
            objective=self.objective,
        )

    def diff_of(self, revised: str) -> str:
        """The unified diff from the unit's file to its `revised` text."""
        return unified_diff(self.task.module, revised, self.task.file)

    def reviewed(self, proposal: Proposal, source: str) -> Proposal:
        """The proposal of the unit's text `source`, with what the user should check in it."""
        review = self.reviewer.review(source)
        lines = review.unrun.whole if review.unrun else None
        return replace(
            proposal, cautions=review.cautions, powers=review.powers, hides_text=bool(review.hidden), unrun_lines=lines
        )

    def is_refused(self, candidate: Candidate) -> bool:
        """Whether the settings refuse to propose a candidate; the user is told why."""
        refusal = self.reviewer.refusal(candidate.source)
        self.report.note_once(refusal)
        return bool(refusal)

    def with_alternatives(
        self, proposal: Proposal, *, source: str, others: Sequence[Node], scores: Sequence[float]
    ) -> Proposal:
        """The proposal of the unit's text `source` with `others` as alternatives, and what the tests leave open."""
        sources = [node.candidate.source for node in others]
        question = self.behaviours.open_question(source, sources)
        return replace(
            proposal,
            alternatives=tuple(
                self._alternative(node, score, self.behaviours.contrast(node.candidate.source, source))
                for node, score in zip(others, scores, strict=True)
            ),
            why=(*proposal.why, question) if question else proposal.why,
        )

    def _alternative(self, node: Node, score: float, contrast: str) -> Alternative:
        revised = self.task.file_with(node.candidate.source)
        review = self.reviewer.review(node.candidate.source)
        return Alternative(
            diff=self.diff_of(revised),
            passed=node.verdict.passed,
            total=node.verdict.total,
            score=score,
            source=revised,
            contrast=contrast,
            cautions=review.cautions,
            powers=review.powers,
            hides_text=bool(review.hidden),
        )


def run_context(
    *,
    report: RunReport,
    evaluator: PytestEvaluator,
    location: UnitLocation,
    settings: Settings,
    model: LanguageModel | None = None,
    objective: Objective = FIX,
) -> RunContext:
    """Prepare the search on the unit at `location`.

    If the `model` must not be used because there is no sandbox, `report` gets a note about it. Raises `ReviserError` if
    then nothing can write candidates.
    """
    sharing = sharing_processors(model, evaluator.runner.slots, evaluator.launcher.workers)
    budgeted = model_for_search(sharing, report.spending, settings, evaluator.sandbox)
    if model and not budgeted:
        report.notes.append(NO_SANDBOX)
    unit, module, baseline = location.unit, location.module, evaluator.baseline
    user_files = evaluator.launcher.copy.files
    test_files = {Path(baseline.tier.tests[number].split("::")[0]) for number in baseline.tests}
    test_files.discard(Path(location.name))  # whose doctests are among the tests
    task = Task(
        file=location.name,
        qualname=unit.qualname,
        module=module.text,
        start=unit.start,
        end=unit.end,
        first_line=unit.first_line,
        verdict=evaluator.unchanged,
        evidence=localize_faults(baseline, location.module.tree),
        test_literals=test_literals(user_files, test_files),
        test_sources=sources_of_tests(user_files, evaluator.unchanged.results) if budgeted else {},
        objective=objective,
    )
    return RunContext(
        task=task,
        evaluator=evaluator,
        location=location,
        settings=settings,
        report=report,
        model=budgeted,
        behaviours=BehaviourDifferences(evaluator),
        reviewer=Reviewer(task, evaluator, settings.review),
    )
