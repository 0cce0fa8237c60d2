"""The search on one unit, from its baseline to a confirmed proposal."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial

from reloc_lsp.evaluation.baseline.unreadable_files import failure_note
from reloc_lsp.revision.errors import ReviserError
from reloc_lsp.revision.objectives.model_rules import ModelRules
from reloc_lsp.revision.objectives.strategy import Announce, ObjectiveStrategy
from reloc_lsp.revision.proposal import Phase, Proposal
from reloc_lsp.revision.run_context import RunContext
from reloc_lsp.revision.trace.trace_file import Trace, end_reason
from reloc_lsp.search.decision_rules import Rules
from reloc_lsp.search.events import Event, Finished, Settled
from reloc_lsp.search.local_search import LocalSearch
from reloc_lsp.search.neighborhoods.composite_neighborhood import CompositeNeighborhood

MIN_RESERVED_SECONDS = 1.0
"""Wall-clock seconds that are kept in any case for the choice after the search; chosen by hand."""

MAX_CONFIRMATION_SHARE = 0.3
"""At most this share of the time is kept for two confirmations, where cold runs take long; chosen by hand."""

SEARCH_BEGINS, SEARCH_ENDS, CONFIRMATION = 0.1, 0.9, 0.95
"""Fractions of the progress that is shown; chosen by hand."""

logger = logging.getLogger(__name__)


class SearchRun:
    """Searches revisions of one unit; the `strategy` decides what is better and which revision is proposed.

    The methods after `run` answer at any moment, also while the search is under way.
    """

    def __init__(self, context: RunContext, strategy: ObjectiveStrategy, trace: Trace | None = None) -> None:
        self.context = context
        self.strategy = strategy
        self._trace = trace
        self._search: LocalSearch | None = None
        self._began = time.monotonic()
        self._first_fix: float | None = None
        context.report.follow(self)

    async def run(self, until: float) -> Proposal:
        """Search, choose, minimize and confirm. `until` is the monotonic time at which the work must be done."""
        done = self.strategy.before_search()
        if done is not None:
            return done
        rules, context = self.strategy.rules(), self.context
        search = self._search = LocalSearch(context.task, rules, context.evaluator, context.report.spending)
        announce = partial(self._report, search, "confirming", CONFIRMATION)
        self._report_expected_cost(search)
        timings = context.report.timings
        confirmed_before = timings.seconds.get("confirmation", 0.0)
        try:
            return (
                await self._search_until(search, rules, until, announce)
                or await self._confirmed(search, announce)
                or await self.strategy.partial(search, announce, until)
                or self.strategy.nothing_found()
            )
        finally:
            if self._first_fix is not None:
                confirming = timings.seconds.get("confirmation", 0.0) - confirmed_before
                timings.add("choice", time.monotonic() - self._first_fix - confirming)

    def unconfirmed(self) -> Proposal | None:
        """The best revision so far, without a confirmation; `None` if there is none."""
        return self.strategy.unconfirmed(self._search) if self._search else None

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of all candidates so far."""
        return self.context.evaluator.cpu

    @property
    def evaluations_to_first_fix(self) -> int | None:
        """Evaluations until the first revision that meets the objective; `None` if there is none yet."""
        return self._search.evaluations_to_first_fix if self._search else None

    async def _search_until(
        self, search: LocalSearch, rules: Rules, until: float, announce: Announce
    ) -> Proposal | None:
        """Search until the reserved time begins; a proposal if one is confirmed before the search ends."""
        context = self.context
        left = until - time.monotonic()
        deadline = asyncio.get_running_loop().time() + left - self._reserved_seconds(left)
        started = context.report.spending.seconds
        event: Event | None = None
        self._begin_trace()
        try:
            async with asyncio.timeout_at(deadline):
                async for event in search.run():
                    self._note_first_fix(search)
                    self._report_event(search, event, started, left)
                    if isinstance(event, Settled):
                        self._report_model_problems()
                        proposal = await self._confirmed(search, announce)
                        if proposal is not None:
                            return proposal
                    if isinstance(event, Finished):
                        break
        except TimeoutError:
            context.evaluator.cancel()
        finally:
            if isinstance(rules.neighborhood, CompositeNeighborhood):
                await rules.neighborhood.close()
            if context.model:
                context.model.close()
            self._end_trace(event)
            self._report_model_problems()
            self._report_unreadable_files(search)
            context.report.note_once(context.evaluator.admission.note)
        return None

    def _note_first_fix(self, search: LocalSearch) -> None:
        if self._first_fix is None and search.passing:
            self._first_fix = time.monotonic()
            self.context.report.timings.add("first_fix", self._first_fix - self._began)

    async def _confirmed(self, search: LocalSearch, announce: Announce) -> Proposal | None:
        """The confirmed revision that meets the objective; how likely it is right goes into the trace."""
        proposal = await self.strategy.confirmed(search, announce)
        if self._trace and proposal and proposal.confidence:
            self._trace.confidence(proposal.confidence)
        return proposal

    def _reserved_seconds(self, left: float) -> float:
        """Seconds of those `left` that are kept for the choice and its confirmation."""
        two_confirmations = min(2 * self.context.evaluator.baseline.confirmation_seconds, MAX_CONFIRMATION_SHARE * left)
        return max(self.strategy.reserved_share * left, MIN_RESERVED_SECONDS, two_confirmations)

    def _begin_trace(self) -> None:
        if self._trace:
            evaluator = self.context.evaluator
            baseline = evaluator.baseline
            judged = {"tier": baseline.tier.name, "reason": baseline.reason, "sandbox": evaluator.sandbox}
            self._trace.begin(self.context.task, self.context.settings, judged)

    def _end_trace(self, event: Event | None) -> None:
        if self._trace:
            model = self.context.model
            self._trace.end(end_reason(event), self.context.report.cost(), model.reply_kinds if model else {})
            self.context.report.note_once(self._trace.problem)

    def _report_unreadable_files(self, search: LocalSearch) -> None:
        """Note a test that fails with a rewrite because a file cannot be read: other faults hid this before.

        What a model's code opens says nothing about the tests, and could talk the user into showing a file to it. Nor
        does the variable that a rewrite looks up: with a changed condition it may be any of the function's.
        """
        launcher = self.context.evaluator.launcher
        for node in search.nodes:
            if not node.candidate.trusted:
                continue
            note = failure_note(node.verdict.results, launcher, variables=False)
            if note:
                self.context.report.note_once(note)
                return

    def _report_model_problems(self) -> None:
        """Note what went wrong with the model; raises `ReviserError` if only the model was to write candidates."""
        model, report = self.context.model, self.context.report
        if model is None:
            return
        for problem in model.notes:
            report.note_once(problem)
        logger.debug("replies of the model: %s", dict(model.reply_kinds))
        if self.context.settings.search.reviser == "model" and not report.spending.calls and model.notes:
            raise ReviserError(model.notes[-1])

    def _report_expected_cost(self, search: LocalSearch) -> None:
        context = self.context
        if context.model:
            estimate = ModelRules(context.task, context.model, context.settings).estimate()
            self._report_search(search, SEARCH_BEGINS, context.report.expected_cost_text(estimate))

    def _report_event(self, search: LocalSearch, event: Event, started: float, seconds: float) -> None:
        """Write an event into the trace, and report how much of the budget is used."""
        spent = self.context.report.spending
        share = (spent.seconds - started) / max(seconds, 0.001)
        if spent.budget.evaluations:
            share = max(share, spent.evaluations / spent.budget.evaluations)
        if self._trace:
            self._trace.record(event)
        fraction = SEARCH_BEGINS + (SEARCH_ENDS - SEARCH_BEGINS) * share
        self._report_search(search, fraction, self.context.report.model_cost_text())

    def _report_search(self, search: LocalSearch, fraction: float, cost: str) -> None:
        message = self.strategy.progress_message(search)
        self._report(search, "searching", fraction, f"{message} ({cost})" if cost else message)

    def _report(self, search: LocalSearch, phase: Phase, fraction: float, message: str) -> None:
        best = self.strategy.best_tests(search)
        found = self.strategy.plausible(search)
        self.context.report.progress(phase, message, fraction, before=self.context.before, best=best, plausible=found)
