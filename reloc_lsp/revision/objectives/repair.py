"""The objective `fix`: make failing tests pass, and break none."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.program.differences.change_description import describe_changes
from reloc_lsp.program.shown_text.counting import counted
from reloc_lsp.revision.objectives.answer_choice import AnswerChoice
from reloc_lsp.revision.objectives.partial_fixes import PartialFixes
from reloc_lsp.revision.objectives.search_rules import repair_rules
from reloc_lsp.revision.objectives.strategy import Announce
from reloc_lsp.revision.proposal import Proposal, Tests
from reloc_lsp.revision.report_text import counts_of, judged_text, passing_text, slowdown, still_failing_text
from reloc_lsp.revision.run_context import RunContext
from reloc_lsp.reward.linear_reward import load_linear_reward
from reloc_lsp.reward.sum_reward import sum_of
from reloc_lsp.reward.text_reward import text_reward
from reloc_lsp.rewrites.neighborhood import RewriteNeighborhood
from reloc_lsp.search.candidate import Candidate, Node
from reloc_lsp.search.decision_rules import Rules
from reloc_lsp.search.local_search import LocalSearch
from reloc_lsp.search.patches.patch_minimization import minimize_patch
from reloc_lsp.search.patches.patch_ranking import copied_constants, rank_patches
from reloc_lsp.search.verdict import Verdict

RESERVED_SHARE = 0.08
"""Share of the time kept for minimizing and confirming; chosen by hand: both take a few runs of the tests."""

CONFIRMING = "confirming in a fresh process"


class Repair:
    """Proposes the most plausible revision that passes all tests, else the one that wins the most and loses none."""

    reserved_share = RESERVED_SHARE

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._partial_fixes = PartialFixes(context.task.verdict)

    def before_search(self) -> Proposal | None:
        """The proposal `already-passing` if all tests pass; raises `EvaluationError` if some of them did not run."""
        context = self._context
        if not context.task.verdict.all_passed:
            return None
        unseen, total, name = context.evaluator.baseline.unseen, context.before.total, context.task.qualname
        if unseen:
            raise EvaluationError(
                f"{total} tests that reach {name} pass, and there was no time for {unseen}. "
                "Give more with --seconds, or name the test that fails with --tests."
            )
        unchanged = context.unchanged_proposal(f"{name}: all {total} tests that reach it pass already.")
        return replace(unchanged, status="already-passing")

    def rules(self) -> Rules:
        """Rewrites, the model's revisions or both, and the rewards that order candidates with the same outcomes."""
        context = self._context
        settings, launcher = context.settings, context.evaluator.launcher
        evidence = load_linear_reward(settings.reward.evidence, launcher.copy.origin)
        rewrites = RewriteNeighborhood(
            context.task, context.module_context(), context.evaluator, settings.search.seed, evidence
        )
        rules = repair_rules(context.task, context.model, settings, rewrites, workers=launcher.workers)
        if context.model is None:
            return replace(rules, reward=evidence)
        paper = settings.search.rules == "paper"
        text = text_reward(settings.reward.text, context.report.notes.append, score_all=paper)
        return replace(rules, reward=sum_of(text, None if paper else evidence))

    def progress_message(self, search: LocalSearch) -> str:
        """What is searched, and how many revisions pass so far."""
        passing = len(search.passing)
        name = self._context.task.qualname
        if not passing:
            return f"searching revisions of {name}"
        found = "1 passes" if passing == 1 else f"{passing} pass"
        first = self.plausible(search)
        return f"looking for more revisions of {name} to choose from; {found} so far{first and ': ' + first}"

    def plausible(self, search: LocalSearch) -> str:
        """What the first revision changes that passes; nothing of code that a model wrote."""
        task = self._context.task
        trusted = (node.candidate for node in search.passing if node.candidate.trusted)
        first = next(trusted, None)
        return describe_changes(task.source, first.source, task.first_line) if first else ""

    def best_tests(self, search: LocalSearch) -> Tests:
        """What the best revision so far passes."""
        best = self._partial_fixes.best(search)
        return counts_of(best[0].verdict) if best else self._context.before

    async def confirmed(self, search: LocalSearch, announce: Announce) -> Proposal | None:
        """The most plausible passing revision, minimized, that a cold run confirms, with others as alternatives."""
        context = self._context
        choice = await AnswerChoice.among(context, search.passing)
        while (node := choice.first) is not None:
            announce(CONFIRMING)
            minimized, _ = await minimize_patch(context.task, node.candidate, node.verdict, context.evaluator)
            if context.is_refused(minimized):
                search.reject(node)
                continue
            others = choice.alternatives(node)
            compared = choice.compared(minimized, others)
            untrusted = [other.candidate for other in others if not other.candidate.trusted]
            with context.report.timings.measure("confirmation"):
                verdict, _, _ = await asyncio.gather(
                    context.evaluator.confirm(minimized.source, minimized.trusted),
                    context.behaviours.observe(compared),
                    context.reviewer.observe([minimized, *untrusted]),
                )
            choice = await choice.after_observation()
            if choice.first is not node:
                continue
            if verdict.all_passed and not self._is_table(minimized):
                proposal = self._proposal(node, verdict, source=minimized.source, verified=True)
                others = choice.alternatives(node)
                return await asyncio.to_thread(choice.with_alternatives, proposal, node, minimized.source, others)
            search.reject(node)
        return None

    async def _ranked(self, nodes: Sequence[Node]) -> list[Node]:
        """The most plausible first, found in a thread: a model's versions may be long."""
        return await asyncio.to_thread(rank_patches, self._context.task, nodes)

    def _is_table(self, candidate: Candidate) -> bool:
        """Whether a model's version only looks up the inputs that the tests use."""
        if candidate.trusted:
            return False
        why = self._context.behaviours.table_reason(self._context.task, candidate)
        if why:
            self._context.report.note_once(f"A version that passes the tests was rejected: {why}.")
        return bool(why)

    async def partial(self, search: LocalSearch, announce: Announce, until: float) -> Proposal | None:
        """The revision that wins the most tests and loses none, if a cold run confirms it."""
        context, tried = self._context, False
        # Once in any case: a search that ended late must not hide what it found.
        while (best := self._partial_fixes.best(search)) and (not tried or time.monotonic() < until):
            tried = True
            node = (await self._ranked(best))[0]
            announce(CONFIRMING)
            minimized, _ = await minimize_patch(context.task, node.candidate, node.verdict, context.evaluator)
            if context.is_refused(minimized):
                node.rejected = True
                continue
            with context.report.timings.measure("confirmation"):
                verdict, _ = await asyncio.gather(
                    context.evaluator.confirm(minimized.source, minimized.trusted),
                    context.reviewer.observe([minimized]),
                )
            if verdict.passed >= node.verdict.passed and self._partial_fixes.loses_none(verdict):
                return self._proposal(node, verdict, source=minimized.source, verified=True)
            node.rejected = True
        return None

    def unconfirmed(self, search: LocalSearch) -> Proposal | None:
        """The revision that wins the most tests and loses none so far. Untrusted code has to be confirmed."""
        while (best := self._best_partial_fix(search)) is not None and self._context.is_refused(best.candidate):
            best.rejected = True
        return self._proposal(best, best.verdict, source=best.candidate.source, verified=False) if best else None

    def nothing_found(self) -> Proposal:
        """No revision wins a test without losing another."""
        context, spent = self._context, self._context.report.spending
        return context.unchanged_proposal(
            f"{context.task.qualname}: nothing better found in {counted(spent.evaluations, 'evaluation')} and "
            f"{spent.seconds:.0f} s; {passing_text(context.before)}, as before."
        )

    def _best_partial_fix(self, search: LocalSearch) -> Node | None:
        best = rank_patches(self._context.task, self._partial_fixes.best(search, trusted=True))
        return best[0] if best else None

    def _proposal(self, node: Node, verdict: Verdict, *, source: str, verified: bool) -> Proposal:
        """A node, or a minimized form of it with the text `source`, as the result."""
        context, before, after = self._context, self._context.before, counts_of(verdict)
        revised = context.task.file_with(source)
        proposal = replace(
            context.unchanged_proposal(),
            status="fixed" if after.passed == after.total else "improved",
            message=f"{context.task.qualname}: {before.passed} of {before.total} tests passed, "
            f"now {passing_text(after)}.",
            after=after,
            verified=verified,
            diff=context.diff_of(revised),
            source=revised,
            why=tuple(self._reasons(node, source, verdict, verified=verified)),
        )
        return context.reviewed(proposal, source)

    def _reasons(self, node: Node, source: str, verdict: Verdict, *, verified: bool) -> list[str]:
        """Sentences on what changed, what confirms it, which tests still fail, and what to check."""
        after = counts_of(verdict)
        task, before = self._context.task, self._context.before
        reasons = [f"What changed: {describe_changes(task.source, source, task.first_line)}."]
        if verified:
            reasons.append(
                f"In a fresh pytest process {passing_text(after)}; before it was {before.passed}, "
                f"so {after.passed - before.passed} more."
            )
            reasons += still_failing_text(verdict)
            reasons += judged_text(node.candidate, after.total, self._context.evaluator.judged_inside)
        slower = slowdown(task.verdict, node.verdict)
        if slower:
            reasons.append(f"Take care: the tests that passed before take {slower:.0f} times as long with it.")
        copied = copied_constants(task, replace(node.candidate, source=source))
        if copied:
            reasons.append(f"Take care: {', '.join(copied)} also stands in the tests; the revision may fit only them.")
        return reasons
