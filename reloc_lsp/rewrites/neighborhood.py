"""The neighbourhood without a model: all rewrites of a node by mutation operators, the most promising first."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from reloc_lsp.rewrites.enumeration import preference_of, static_rewrites, value_guided_rewrites
from reloc_lsp.rewrites.probe_points import probe_points
from reloc_lsp.rewrites.ranking.candidate_queue import CandidateQueue, QueuedRewrite
from reloc_lsp.rewrites.ranking.features import FeatureExtractor, log_factor
from reloc_lsp.rewrites.ranking.mutation_feedback import OperatorRecord
from reloc_lsp.rewrites.ranking.observational_equivalence import Observations
from reloc_lsp.rewrites.ranking.ranked_rewrite import RankedRewrite
from reloc_lsp.rewrites.ranking.suspicion import line_suspicion, most_suspicious_lines
from reloc_lsp.rewrites.ranking.task_context import TaskContext
from reloc_lsp.rewrites.rewrite import ExpressionReplacement, Rewrite
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.rewrites.time_slicing import cooperatively
from reloc_lsp.rewrites.unit_context import UnitContext
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.interfaces.protocols import RewriteScorer
from reloc_lsp.search.interfaces.runtime_values import ValueProbe

MIN_SUSPICION = 0.03
"""Suspiciousness of lines that seem innocent, so that their rewrites are tried last and not never. Fitted on the bugs
of tests/benchmarks/handwritten and on planted ones."""
REPLACEMENT_VALUE_POWER = 1.5
"""Exponent of the factor from run-time values for replaced expressions. Fitted like `MIN_SUSPICION`."""
MAX_SCORED = 5000
"""Rewrites that are scored by their features; the others keep their order behind them. A search seldom reaches the end
of them, and each takes 0.05 ms."""


class RewriteNeighborhood:
    """Neighbours of a node by one rewrite each, the most promising first.

    `module` describes the unit's file. Without a `probe` run-time values are not used. Without a `scorer` the order is
    that of the operators' own preferences, and verdicts do not change it.
    """

    def __init__(
        self,
        task: Task,
        module: ModuleContext,
        probe: ValueProbe | None,
        seed: int = 0,
        scorer: RewriteScorer | None = None,
    ) -> None:
        self.task = task
        self.module = module
        self.probe = probe
        self.scorer = scorer
        self._seed = seed
        self._queues: dict[int, CandidateQueue] = {}
        self._records: dict[str, OperatorRecord] = defaultdict(OperatorRecord)

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        """The next `count` neighbours of the (one) parent."""
        (parent,) = parents
        if parent.identity not in self._queues:
            queued = await self._queued(parent.candidate)
            # Too few neighbours of an edited version are evaluated to say anything about the others.
            learning = self.scorer if not parent.candidate.depth else None
            self._queues[parent.identity] = CandidateQueue(parent, queued, learning)
        return self._queues[parent.identity].take(count)

    def learn(self, node: Node) -> None:
        """Record the verdict of a neighbour, for others of its parent and for all of its operator."""
        queue = self._queues.get(node.candidate.parent or 0)
        if queue is not None:
            queue.learn(node)
        record = self._records[node.candidate.origin]
        record.tried += 1
        record.improved += node.verdict.complete and node.verdict.passed > self.task.verdict.passed

    async def ranked_rewrites(self, candidate: Candidate) -> tuple[list[RankedRewrite], FeatureExtractor]:
        """Every rewrite of the candidate, in no order, and the extractor of their features."""
        ctx, ranked = await self._ranked(candidate)
        return ranked, FeatureExtractor(ctx, self._task_context, ranked)

    async def _queued(self, candidate: Candidate) -> list[QueuedRewrite]:
        """All rewrites of the candidate, best first."""
        try:
            ctx, ranked = await self._ranked(candidate)
        except SyntaxError:
            return []
        rng = random.Random(self._seed)
        tie_breakers = {id(one): rng.random() for one in ranked}
        ranked.sort(key=lambda one: (-one.prior_score, tie_breakers[id(one)]))
        if self.scorer is None:
            return [_unscored(one) for one in ranked]
        extractor = FeatureExtractor(ctx, self._task_context, ranked)
        first, others = ranked[:MAX_SCORED], ranked[MAX_SCORED:]
        scored = [_scored(one, extractor, self.scorer) async for one in cooperatively(first)]
        scored.sort(key=lambda one: -one.prior_score)
        return scored + [_unscored(one) for one in others]

    async def _ranked(self, candidate: Candidate) -> tuple[UnitContext, list[RankedRewrite]]:
        unit = UnitContext(candidate.source, self.module)
        suspicion = line_suspicion(self.task, unit)
        ctx = UnitContext(candidate.source, self.module, None, most_suspicious_lines(unit, suspicion))
        rewrites = [pair async for pair in cooperatively(static_rewrites(ctx))]
        ctx = ctx.with_observations(await self._observe(ctx, [rewrite for _, rewrite in rewrites]))
        static_count = len(rewrites)
        rewrites += [pair async for pair in cooperatively(value_guided_rewrites(ctx))]
        return ctx, [
            self._rank(ctx, prior, rewrite, suspicion, value_guided=number >= static_count)
            async for number, (prior, rewrite) in cooperatively(enumerate(rewrites))
            if rewrite.edits
        ]

    def _rank(
        self, ctx: UnitContext, prior: float, rewrite: Rewrite, suspicion: Mapping[int, float], *, value_guided: bool
    ) -> RankedRewrite:
        preference = preference_of(ctx, prior, rewrite) * self._records[rewrite.operator].factor
        power = REPLACEMENT_VALUE_POWER if isinstance(rewrite.effect, ExpressionReplacement) else 1.0
        at_line = max(suspicion.get(rewrite.line, 0.0), MIN_SUSPICION)
        value_factor = ctx.observations.factor(rewrite) ** power
        return RankedRewrite(rewrite, preference, at_line, value_factor, value_guided)

    async def _observe(self, ctx: UnitContext, rewrites: Iterable[Rewrite]) -> Observations:
        """The values of everything that the rewrites change or insert, all probed in one run of the tests."""
        if self.probe is None or not ctx.body:
            return Observations()
        offset = self.task.first_line - 1
        points = await probe_points(ctx, rewrites, offset)
        entry = ctx.line(ctx.body[0]) + offset
        lines = (self.task.first_line, self.task.first_line + len(ctx.index.lines) - 1)
        values = await self.probe.values(ctx.text, entry, lines, points)
        return Observations(values.shifted(-offset))

    @cached_property
    def _task_context(self) -> TaskContext:
        failures = (result.failure for result in self.task.verdict.results.values())
        errors = tuple(failure.kind for failure in failures if failure)
        return TaskContext(self.task.module, errors, self.task.test_literals)


def _unscored(ranked: RankedRewrite) -> QueuedRewrite:
    return QueuedRewrite(ranked.rewrite, log_factor(ranked.prior_score), log_factor(ranked.plausibility))


def _scored(ranked: RankedRewrite, extractor: FeatureExtractor, scorer: RewriteScorer) -> QueuedRewrite:
    features = extractor.features(ranked)
    return QueuedRewrite(ranked.rewrite, scorer.prior_score(features), scorer.plausibility(features), features)
