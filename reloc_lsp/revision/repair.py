"""The search on one unit, from its baseline to a confirmed proposal."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.selection.fault_localization import expected_exceptions, localize_faults, test_literals
from reloc_lsp.evaluation.selection.source_of_tests import sources_of_tests
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.language_model.feedback import distinct_failures
from reloc_lsp.program.source_text import split_lines
from reloc_lsp.program.text_edit import unified_diff
from reloc_lsp.revision.behaviour_differences import Behaviours
from reloc_lsp.revision.model_access import NO_WALLS, ReviserError, asking
from reloc_lsp.revision.proposal import Alternative, Phase, Proposal, Status, Tests
from reloc_lsp.revision.run_report import RunReport
from reloc_lsp.revision.strategies import estimated, rewrites_alone, with_model
from reloc_lsp.revision.trace_file import Trace, reason_of
from reloc_lsp.reward.composite import together
from reloc_lsp.reward.linear_reward import evidence_reward
from reloc_lsp.reward.text_reward import text_reward
from reloc_lsp.rewrites.neighborhood import RewriteNeighborhood
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.search.candidate import Node, Task
from reloc_lsp.search.composite_neighborhood import CompositeNeighborhood
from reloc_lsp.search.events import Event, Finished, Settled
from reloc_lsp.search.language_model import LanguageModel
from reloc_lsp.search.local_search import LocalSearch, Rules
from reloc_lsp.search.objective import FIX, Objective
from reloc_lsp.search.patches.patch_minimization import minimize_patch
from reloc_lsp.search.patches.patch_ranking import copied_constants, implausibility, rank_patches
from reloc_lsp.search.verdict import Outcome, Verdict
from reloc_lsp.settings import Settings

MOST_ALTERNATIVES = 5
LONGEST_FAILURE = 200
MOST_KEPT = 0.3
SLOWER, SLOWER_SECONDS = 3.0, 0.05
"""From so many times, and so many CPU seconds more, on it is said that a revision is slower."""

logger = logging.getLogger(__name__)


class RepairRun:
    """A judge, the task it judges, and the search for a better unit.

    `reserve` is the share of its time that is kept for the choice at the end; where runs of the tests in new processes
    take long, more.
    """

    reserve = 0.08

    def __init__(
        self,
        account: RunReport,
        judge: PytestEvaluator,
        location: UnitLocation,
        settings: Settings,
        model: LanguageModel | None = None,
        *,
        trace: Trace | None = None,
        objective: Objective = FIX,
    ) -> None:
        self.account = account
        self.trace = trace
        self.settings = settings
        self.asking = asking(model, account.spending, settings, judge.sandbox)
        self.objective = objective
        if model and not self.asking:
            account.notes.append(NO_WALLS)
        self.judge = judge
        self.location = location
        unit, baseline = location.unit, judge.baseline
        user = judge.bench.copy.files
        files = {Path(baseline.tier.tests[n].split("::")[0]) for n in baseline.tests}
        self.task = Task(
            location.name, unit.qualname, location.module.text, unit.start, unit.end, unit.first_line, judge.unchanged,
            localize_faults(baseline), test_literals(user, files),
            sources_of_tests(user, judge.unchanged.results) if self.asking else {}, objective,
        )  # fmt: skip
        self.before = tests_of(judge.unchanged)
        self.behaviours = Behaviours(judge)
        self.search_: LocalSearch | None = None
        self._winners: list[Node] = []
        self._looked_at = 0

    async def search(self, until: float) -> Proposal:
        """Search, choose, shrink and confirm."""
        judge, task, spending = self.judge, self.task, self.account.spending
        rules = self.rules()
        if self.asking:
            expected = self.account.beforehand(estimated(task, self.asking, self.settings))
            self.tell("searching", self.searching(expected), 0.1)
        search = self.search_ = LocalSearch(task, rules, judge, spending)
        left = until - time.monotonic()
        two_choices = min(2 * judge.baseline.confirming, MOST_KEPT * left)
        kept = max(self.reserve * left, 1.0, two_choices)
        deadline = asyncio.get_running_loop().time() + left - kept
        started = spending.seconds
        event: Event | None = None
        if self.trace:
            baseline = judge.baseline
            judged = {"tier": baseline.tier.name, "reason": baseline.reason, "sandbox": judge.sandbox}
            self.trace.begin(task, self.settings, judged)
        try:
            async with asyncio.timeout_at(deadline):
                async for event in search.run():
                    self._report(event, started, left)
                    if isinstance(event, Settled):
                        self._hear_complaints()
                        proposal = await self.confirmed(search)
                        if proposal is not None:
                            return proposal
                    if isinstance(event, Finished):
                        break
        except TimeoutError:
            judge.abandon()
        finally:
            if isinstance(rules.neighborhood, CompositeNeighborhood):
                await rules.neighborhood.close()
            if self.trace:
                self.trace.end(reason_of(event), self.cost(), self.asking.reply_kinds if self.asking else {})
                self.account.notes += [self.trace.complaint] if self.trace.complaint else []
            self._hear_complaints()
        proposal = await self.confirmed(search)
        return proposal or await self.improvement(until) or self.nothing()

    def rules(self) -> Rules:
        """How the search goes: rewrites, and a model beside them where one takes part."""
        seed, chosen = self.settings.search.seed, self.settings.reward
        evidence = evidence_reward(chosen.evidence, self.judge.bench.copy.origin)
        neighborhood = RewriteNeighborhood(self.task, self.module(), self.judge, seed, evidence)
        workers = self.judge.bench.workers
        if not self.asking:
            return replace(rewrites_alone(neighborhood, workers), reward=evidence)
        made = with_model(self.task, self.asking, self.settings, neighborhood, workers)
        paper = self.settings.search.rules == "paper"
        text = text_reward(chosen.text, self.account.notes.append, everything=paper)
        return replace(made, reward=together(text, None if paper else evidence))

    def module(self) -> ModuleContext:
        """What rewrites may know of the unit's file and of its tests."""
        task = self.task
        return ModuleContext(
            self.location.module.tree, task.qualname, task.evidence.types, expected_exceptions(self.judge.baseline),
            self._raised(), task.docstring_constants,
        )  # fmt: skip

    def _hear_complaints(self) -> None:
        """Note what went wrong with the model; raises `ReviserError` where nothing else was to revise."""
        if self.asking is None:
            return
        notes = self.account.notes
        notes += [note for note in self.asking.notes if note not in notes]
        logger.debug("replies of the model: %s", dict(self.asking.reply_kinds))
        if self.settings.search.reviser == "model" and not self.account.spending.calls and self.asking.notes:
            raise ReviserError(self.asking.notes[-1])

    def _raised(self) -> dict[str, str]:
        """Exceptions that failing tests got from lines of the unit, by the text of the line."""
        lines = split_lines(self.task.module)
        return {lines[line - 1].strip(): error for line, error in self.task.evidence.raised.items()}

    def already_passing(self) -> Proposal:
        """Nothing to repair."""
        said = f"{self.task.qualname}: all {self.before.total} tests that reach it pass already."
        return replace(self.unchanged_proposal(), status="already-passing", message=said)

    def unchanged_proposal(self) -> Proposal:
        """The unit as it stands."""
        source = self.location.module.text
        return Proposal(
            "unchanged",
            "",
            file=self.task.file,
            qualname=self.task.qualname,
            line=self.location.unit.line,
            before=self.before,
            after=self.before,
            source=source,
            original=source,
            notes=tuple(self.account.notes),
            cost=self.cost(),
            sandbox=self.judge.sandbox,
            failure=failure_in_words(self.task.verdict),
            objective=self.objective,
        )

    def cost(self) -> dict[str, float | None]:
        """What was spent so far."""
        self.account.cpu = self.judge.cpu
        self.account.first_fix = (self.search_.evaluations_to_first_fix or 0) if self.search_ else 0
        return self.account.cost()

    def best_improvement(self) -> Node | None:
        """The best node that wins tests and loses none."""
        best = rank_patches(self.task, self._most_improved())
        return best[0] if best else None

    def best_tests(self) -> Tests:
        """What the best revision so far passes."""
        best = self._most_improved()
        return tests_of(best[0].verdict) if best else self.before

    def _most_improved(self) -> list[Node]:
        """The nodes that lose no test and win the most."""
        nodes = self.search_.nodes if self.search_ else []
        # Asked after each node: only those are looked at that are new.
        self._winners += [
            node for node in nodes[self._looked_at :]
            if node.verdict.complete and node.verdict.passed > self.before.passed and self._loses_none(node.verdict)
        ]  # fmt: skip
        self._looked_at = len(nodes)
        better = [node for node in self._winners if not node.rejected]
        most = max((n.verdict.passed for n in better), default=0)
        return [n for n in better if n.verdict.passed == most]

    def _loses_none(self, verdict: Verdict) -> bool:
        """Whether every test that passes with the unchanged unit passes still, those of the confirmation included."""
        unchanged = self.task.verdict.results
        return all(
            result.outcome is Outcome.PASSED
            for test, result in verdict.results.items()
            if test not in unchanged or unchanged[test].outcome is Outcome.PASSED
        )

    def as_proposal(self, node: Node, verdict: Verdict, verified: bool, source: str | None = None) -> Proposal:
        """A node, or a smaller form of it, as the answer."""
        revised = self.task.file_with(source or node.candidate.source)
        after = tests_of(verdict)
        won = after.passed - self.before.passed
        why = [f"What changed: {node.candidate.description}."]
        if verified:
            why.append(f"In a fresh pytest process {count(after)}; before it was {self.before.passed}, so {won} more.")
        slower = slow_down(self.task.verdict, node.verdict)
        if slower:
            why.append(f"Take care: the tests that passed before take {slower:.0f} times as long with it.")
        copied = copied_constants(self.task, node.candidate)
        if copied:
            why.append(f"Take care: {', '.join(copied)} also stands in the tests; the revision may fit only them.")
        status: Status = "fixed" if after.passed == after.total else "improved"
        said = f"{self.task.qualname}: {self.before.passed} of {self.before.total} tests passed, now {count(after)}."
        return Proposal(
            status,
            said,
            file=self.task.file,
            qualname=self.task.qualname,
            line=self.location.unit.line,
            before=self.before,
            after=after,
            verified=verified,
            diff=unified_diff(self.task.module, revised, self.task.file),
            source=revised,
            original=self.task.module,
            why=tuple(why),
            notes=tuple(self.account.notes),
            cost=self.cost(),
            sandbox=self.judge.sandbox,
            failure=failure_in_words(self.task.verdict),
        )

    def unconfirmed(self) -> Proposal | None:
        """The best improvement so far, without the confirmation of a cold run."""
        best = self.best_improvement()
        return self.as_proposal(best, best.verdict, verified=False) if best else None

    async def confirmed(self, search: LocalSearch) -> Proposal | None:
        """The most believable passing revision that a cold run confirms, with the others as alternatives."""
        choice = rank_patches(self.task, search.passing)
        for node in choice:
            self.tell("confirming", "confirming in a fresh process", 0.95)
            small, _ = await minimize_patch(self.task, node.candidate, node.verdict, self.judge)
            others = [n for n in choice if n is not node and not n.rejected][:MOST_ALTERNATIVES]
            looked_at = [small.source, *(n.candidate.source for n in others)] if others else []
            verdict, _ = await asyncio.gather(
                self.judge.confirm(small.source, small.trusted), self.behaviours.look(looked_at)
            )
            if verdict.all_passed:
                return self.beside(self.as_proposal(node, verdict, True, small.source), small.source, others)
            search.reject(node)
        return None

    def beside(self, proposal: Proposal, source: str, others: Sequence[Node]) -> Proposal:
        """The proposal of `source` beside others that do as well, and what the tests leave open between them."""
        sources = [node.candidate.source for node in others]
        contrasts = [self.behaviours.contrast(other, source) for other in sources]
        question = self.behaviours.question(source, sources)
        return replace(
            proposal,
            alternatives=tuple(map(self.alternative, others, contrasts)),
            why=(*proposal.why, question) if question else proposal.why,
        )

    async def improvement(self, until: float) -> Proposal | None:
        """The most that was won where not every test can be, if a cold run confirms it."""
        while (node := self.best_improvement()) is not None and time.monotonic() < until:
            self.tell("confirming", "confirming in a fresh process", 0.95)
            small, _ = await minimize_patch(self.task, node.candidate, node.verdict, self.judge)
            verdict = await self.judge.confirm(small.source, small.trusted)
            if verdict.passed >= node.verdict.passed and self._loses_none(verdict):
                return self.as_proposal(node, verdict, True, small.source)
            node.rejected = True
        return None

    def nothing(self) -> Proposal:
        """No revision is better."""
        spent = self.account.spending
        said = (
            f"{self.task.qualname}: nothing better found in {spent.evaluations} evaluations and {spent.seconds:.0f} s; "
            f"{count(self.before)}, as before."
        )
        return replace(self.unchanged_proposal(), message=said)

    def alternative(self, node: Node, contrast: str) -> Alternative:
        """A node as one more revision to choose, and how it differs from the best."""
        revised = self.task.file_with(node.candidate.source)
        diff = unified_diff(self.task.module, revised, self.task.file)
        return Alternative(diff, node.verdict.passed, node.verdict.total, self.merit(node), revised, contrast)

    def merit(self, node: Node) -> float:
        """How good a node is among those that pass: higher is better."""
        return round(-implausibility(self.task, node.candidate), 3)

    def tell(self, phase: Phase, message: str, fraction: float) -> None:
        """Report progress, with what passes by now."""
        self.account.tell(phase, message, fraction, self.before, self.best_tests())

    def _report(self, event: Event, started: float, seconds: float) -> None:
        spent = self.account.spending
        share = (spent.seconds - started) / max(seconds, 0.001)
        most = spent.budget.evaluations
        if most:
            share = max(share, spent.evaluations / most)
        if self.trace:
            self.trace.hear(event)
        self.tell("searching", self.searching(self.account.so_far()), 0.1 + 0.8 * share)

    def searching(self, cost: str) -> str:
        """What is under way, in words."""
        passing = len(self.search_.passing) if self.search_ else 0
        choice = f", {passing} that pass so far" if passing else ""
        return f"searching revisions of {self.task.qualname}{choice}" + (f" ({cost})" if cost else "")


def slow_down(before: Verdict, after: Verdict) -> float:
    """How many times the CPU time tests take that passed before and still do; 0 where that is not worth a word."""
    pairs = [
        (before.results[test].seconds, result.seconds)
        for test, result in after.results.items()
        if result.outcome is Outcome.PASSED and test in before.results
        and before.results[test].outcome is Outcome.PASSED
    ]  # fmt: skip
    once, now = (sum(column) for column in zip(*pairs, strict=True)) if pairs else (0.0, 0.0)
    return now / max(once, 1e-3) if now > SLOWER * once and now - once > SLOWER_SECONDS else 0.0


def failure_in_words(verdict: Verdict) -> str:
    """The most telling failure of a verdict, in a line; empty where all pass."""
    for test in distinct_failures(verdict)[:1]:
        result = verdict.results[test]
        failure = result.failure
        how = f"{failure.kind}: {failure.message}".rstrip(": ") if failure else str(result.outcome)
        return f"{test.rpartition('::')[2]}: {how}"[:LONGEST_FAILURE]
    return ""


def tests_of(verdict: Verdict) -> Tests:
    """The verdict in numbers."""
    return Tests(verdict.passed, verdict.total)


def count(tests: Tests) -> str:
    """The numbers in words."""
    return f"{tests.passed} of {tests.total} tests pass"
