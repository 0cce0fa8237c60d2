"""The objectives `simplify`, `speed-up` and `instruct`: improve a unit whose tests all pass, and keep them passing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import islice

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.probes.cpu_benchmark import CpuBenchmark
from reloc_lsp.evaluation.probes.median_interval import MIN_VALUES
from reloc_lsp.program.differences.change_description import describe_changes
from reloc_lsp.program.shown_text.counting import counted
from reloc_lsp.revision.objectives.search_rules import optimization_rules
from reloc_lsp.revision.objectives.strategy import Announce
from reloc_lsp.revision.objectives.uncovered_changes import uncovered_changes
from reloc_lsp.revision.proposal import Proposal
from reloc_lsp.revision.report_text import counts_of, failure_text, judged_text, measured_text, passing_text
from reloc_lsp.revision.run_context import MAX_ALTERNATIVES, RunContext
from reloc_lsp.rewrites.refactorings.refactoring_neighborhood import RefactoringNeighborhood
from reloc_lsp.rewrites.refactorings.simplify import SIMPLIFICATIONS
from reloc_lsp.rewrites.refactorings.speed_up import SPEED_UPS
from reloc_lsp.search.candidate import Candidate, Node
from reloc_lsp.search.decision_rules import Rules
from reloc_lsp.search.interfaces.protocols import ObjectiveMeasure
from reloc_lsp.search.local_search import LocalSearch
from reloc_lsp.search.objective import Measurement
from reloc_lsp.search.patches.patch_minimization import restore_comments
from reloc_lsp.search.patches.patch_ranking import copied_constants
from reloc_lsp.search.simplicity import Simplicity
from reloc_lsp.search.verdict import Verdict

MAX_CONFIRMATIONS = 3
"""Revisions that are measured again before the search goes on; chosen by hand, because each takes long."""

RESERVED_SHARE, MAX_RESERVED_SHARE = 0.25, 0.6
"""Bounds of the share of the time that is kept for the last measurement and its confirmation; chosen by hand."""

MEASUREMENT_RUNS = 3
"""Runs of all tests that are reserved for each pair of the last measurement; a pair takes two. Chosen by hand."""

SEARCHED = {"simplify": "simpler versions", "speed-up": "faster versions", "instruct": "revisions"}
WANTED = {"simplify": "simpler", "speed-up": "measurably faster", "instruct": "other"}
REFACTORINGS = {"simplify": SIMPLIFICATIONS, "speed-up": SPEED_UPS}


class Optimization:
    """Proposes the revision that its measure likes best among those that pass all tests and change no known behaviour.

    For the objective `instruct`, which has no measure, it is the first one that the model wrote.
    """

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._measure = self._objective_measure()
        self.reserved_share = self._share_for_measurement()

    def before_search(self) -> Proposal | None:
        """A search is always needed; raises `EvaluationError` if a test fails: it would guard nothing."""
        context = self._context
        if context.task.verdict.all_passed:
            return None
        raise EvaluationError(
            f"{passing_text(context.before)} that reach {context.task.qualname}, and all of them must before it can be "
            f"made better ({failure_text(context.task.verdict)}). Repair it first, or name the tests that matter with "
            "--tests."
        )

    def rules(self) -> Rules:
        """Rewrites that preserve behaviour, the model's revisions or both; for an instruction only the model's."""
        context = self._context
        use_rewrites = context.settings.search.reviser != "model"
        operators = REFACTORINGS.get(context.objective.kind, ()) if use_rewrites else ()
        rewrites = RefactoringNeighborhood(context.task, context.module_context(), operators)
        return optimization_rules(context.task, context.model, context.settings, rewrites, measure=self._measure)

    def progress_message(self, search: LocalSearch) -> str:
        """What is searched, and how good the best revision so far is."""
        kind = self._context.objective.kind
        message = f"searching {SEARCHED[kind]} of {self._context.task.qualname}"
        usable = self._usable(search)
        if usable and kind == "simplify":
            return f"{message}, best so far {100 * usable[0].reward:.0f} % fewer syntax nodes"
        return f"{message}, {len(usable)} found" if usable else message

    def best_tests(self, search: LocalSearch) -> None:
        """Nothing: every revision that counts passes all tests, so the number would be no news."""

    def plausible(self, search: LocalSearch) -> str:
        """Nothing: a better revision may follow until the end."""
        return ""

    async def confirmed(self, search: LocalSearch, announce: Announce) -> Proposal | None:
        """The best revision that a second measurement and a cold run confirm, with others as alternatives."""
        context, tries = self._context, MAX_CONFIRMATIONS
        for node in self._usable(search):
            candidate = node.candidate if node.candidate.trusted else restore_comments(context.task, node.candidate)
            if not context.is_refused(candidate) and await self._preserves_behaviour(candidate):
                announce("measuring the best, and confirming it in a fresh process")
                others = self._alternatives(node, search)
                await context.behaviours.observe([other.candidate.source for other in others])
                proposal = await self._measured_and_confirmed(candidate)
                if proposal is not None:
                    scores = [round(other.reward, 3) for other in others]
                    return context.with_alternatives(proposal, source=candidate.source, others=others, scores=scores)
                tries -= 1
            search.reject(node)
            if not tries:
                break
        return None

    async def partial(self, search: LocalSearch, announce: Announce, until: float) -> Proposal | None:
        """Nothing: a revision is better or it is not."""
        return None

    def unconfirmed(self, search: LocalSearch) -> Proposal | None:
        """The best revision so far, neither measured again nor confirmed. Untrusted code has to be confirmed."""
        trusted = (node for node in self._usable(search) if node.candidate.trusted)
        best = next((node for node in trusted if not self._context.is_refused(node.candidate)), None)
        return self._proposal(best.candidate, best.verdict, measured=None, verified=False) if best else None

    def nothing_found(self) -> Proposal:
        """No revision is better."""
        context, spent = self._context, self._context.report.spending
        return context.unchanged_proposal(
            f"{context.task.qualname}: nothing {WANTED[context.objective.kind]} was found that passes its tests, "
            f"in {counted(spent.evaluations, 'evaluation')} and {spent.seconds:.0f} s."
        )

    def _objective_measure(self) -> ObjectiveMeasure | None:
        kind = self._context.objective.kind
        if kind == "simplify":
            return Simplicity()
        return CpuBenchmark(self._context.evaluator) if kind == "speed-up" else None

    def _share_for_measurement(self) -> float:
        """For `speed-up`, time for as many runs of the tests as the interval of the last measurement takes."""
        if self._context.objective.kind != "speed-up":
            return RESERVED_SHARE
        one_run = sum(result.wall for result in self._context.task.verdict.results.values())
        left = max(self._context.report.spending.seconds_left(), 1.0)
        return min(max(RESERVED_SHARE, MEASUREMENT_RUNS * MIN_VALUES * one_run / left), MAX_RESERVED_SHARE)

    def _alternatives(self, node: Node, search: LocalSearch) -> list[Node]:
        """The best revisions besides `node` that may be proposed."""
        others = (other for other in self._usable(search) if other is not node)
        return list(
            islice((other for other in others if not self._context.is_refused(other.candidate)), MAX_ALTERNATIVES)
        )

    def _usable(self, search: LocalSearch) -> list[Node]:
        """The revisions that may be proposed, the best first; those of an instruction in the order they were made."""
        usable = [
            node for node in search.passing if node.verdict.complete and self._keeps_uncovered_code(node.candidate)
        ]
        return sorted(usable, key=lambda node: (-node.reward, node.identity))

    def _keeps_uncovered_code(self, candidate: Candidate) -> bool:
        """Whether a model left the code alone that no test runs: no test could show that it still works."""
        if candidate.trusted or not self._context.objective.is_measured:
            return True
        return not uncovered_changes(self._context.task, candidate.source)

    async def _preserves_behaviour(self, candidate: Candidate) -> bool:
        """Whether no input is known for which the unchanged unit returns a value and the candidate something else.

        An instruction may ask for other behaviour, so there it is always true.
        """
        context = self._context
        await context.behaviours.observe([context.task.source, candidate.source])
        changed = context.behaviours.changed(candidate.source, context.task.source)
        if not (changed and context.objective.is_measured):
            return True
        context.report.note_once(f"A version that passes the tests was rejected: {changed}.")
        return False

    async def _measured_and_confirmed(self, candidate: Candidate) -> Proposal | None:
        task, evaluator = self._context.task, self._context.evaluator
        measured = await self._measure.measure(task, candidate.source) if self._measure else None
        if self._measure is not None and not (measured and measured.better):
            return None
        with self._context.report.timings.measure("confirmation"):
            verdict, _ = await asyncio.gather(
                evaluator.confirm(candidate.source, candidate.trusted), self._context.reviewer.observe([candidate])
            )
        return self._proposal(candidate, verdict, measured=measured, verified=True) if verdict.all_passed else None

    def _proposal(
        self, candidate: Candidate, verdict: Verdict, *, measured: Measurement | None, verified: bool
    ) -> Proposal:
        context, after = self._context, counts_of(verdict)
        revised = context.task.file_with(candidate.source)
        proposal = replace(
            context.unchanged_proposal(),
            status="improved",
            message=f"{context.task.qualname}: {measured_text(context.objective, measured)}; {passing_text(after)}.",
            after=after,
            verified=verified,
            diff=context.diff_of(revised),
            source=revised,
            why=tuple(self._reasons(candidate, verdict, verified=verified)),
            measure=measured,
        )
        return context.reviewed(proposal, candidate.source)

    def _reasons(self, candidate: Candidate, verdict: Verdict, *, verified: bool) -> list[str]:
        """Sentences on what changed, what confirms it, and what to check."""
        task, behaviours = self._context.task, self._context.behaviours
        reasons = [f"What changed: {describe_changes(task.source, candidate.source, task.first_line)}."]
        if verified:
            reasons.append(f"In a fresh pytest process {passing_text(counts_of(verdict))}, as before.")
            reasons += judged_text(candidate, counts_of(verdict).total, self._context.evaluator.judged_inside)
        changed = behaviours.changed(candidate.source, task.source)
        agreeing = behaviours.agreeing_inputs(candidate.source, task.source)
        if changed:
            reasons.append(f"With an input that no test tries: {changed}.")
        elif agreeing:
            reasons.append(f"With {agreeing} inputs that no test tries it does the same as before.")
        uncovered = uncovered_changes(task, candidate.source)
        if uncovered and not self._context.reviewer.review(candidate.source).unrun_sentence:
            reasons.append(f"Take care: no test runs what it changes at {uncovered}.")
        copied = copied_constants(task, candidate)
        if copied:
            reasons.append(f"Take care: {', '.join(copied)} also stands in the tests; the revision may fit only them.")
        return reasons
