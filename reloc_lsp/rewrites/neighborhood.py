"""The neighbourhood without a model: every family's rewrites of a node, the most promising first."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from reloc_lsp.program.source_text import split_lines
from reloc_lsp.rewrites.analysis.condition_synthesis import all_conditions
from reloc_lsp.rewrites.operators import STATIC_OPERATORS, VALUE_GUIDED_OPERATORS
from reloc_lsp.rewrites.operators.expressions.conditions import condition_slots
from reloc_lsp.rewrites.operators.multi_location import in_several_locations
from reloc_lsp.rewrites.operators.statements.insertion import returnable
from reloc_lsp.rewrites.ranking.candidate_queue import CandidateQueue, Ranked
from reloc_lsp.rewrites.ranking.features import FeatureExtractor, RankedRewrite, TaskContext
from reloc_lsp.rewrites.ranking.observational_equivalence import Observations
from reloc_lsp.rewrites.rewrite import ExpressionReplacement, GuardInsertion, Operator, Rewrite
from reloc_lsp.rewrites.source.formatting import drops_comment
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.rewrites.source.unit_context import UnitContext
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.protocols import RewriteScorer
from reloc_lsp.search.runtime_values import ProgramPoint, ValueProbe

# Fitted, like the families' priors, on bugs of our own making (tests/benchmarks/handwritten) and planted ones.
PAIRED_PRIOR = 0.25
WEIGHT_POWER = 1.7
LEAST_SUSPICION = 0.03
SWAP_OUTLOOK_POWER = 1.5
LOST_COMMENT = 0.8
"""Of two rewrites to the same program the one that keeps its comments goes first; the other is never tried."""
MOST_EXPRESSIONS = 700
MOST_STATEMENTS = 30
MAX_SCORED = 5000
"""Beyond so many the order stays as it was: a search seldom comes so far, and each takes 0.05 ms."""
SECONDS_OF_A_TURN = 0.002
LEAST = 1e-12
Item = TypeVar("Item")


@dataclass
class Experience:
    """How the families fared on this unit so far: candidates tried, and those that won a test."""

    tried: int = 0
    gained: int = 0

    @property
    def factor(self) -> float:
        """More for families that gained here, slowly less for those that were tried in vain."""
        return (1.0 + 2.0 * self.gained) / (1.0 + self.tried / 60.0)


class RewriteNeighborhood:
    """Neighbours of a node by one rewrite each, given out in order of promise.

    `module` describes the unit's file. Without a `probe` the run-time values are not looked at; without `foresight` the
    order is that of the families' own preferences, and does not change with what was judged.
    """

    def __init__(
        self,
        task: Task,
        module: ModuleContext,
        probe: ValueProbe | None,
        seed: int = 0,
        foresight: RewriteScorer | None = None,
    ) -> None:
        self.task = task
        self.module = module
        self.probe = probe
        self.foresight = foresight
        self._seed = seed
        self._streams: dict[int, CandidateQueue] = {}
        self._experience: dict[str, Experience] = defaultdict(Experience)

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        """The next `count` neighbours of the (one) parent."""
        (parent,) = parents
        if parent.identity not in self._streams:
            ranked = await self._ranked(parent.candidate)
            # Of an edited version too few neighbours are judged to teach what the others are worth.
            learning = self.foresight if not parent.candidate.depth else None
            self._streams[parent.identity] = CandidateQueue(parent, ranked, learning)
        return self._streams[parent.identity].take(count)

    def learn(self, node: Node) -> None:
        """Note how the node fared, for others of its parent and for all of its family."""
        stream = self._streams.get(node.candidate.parent or 0)
        if stream is not None:
            stream.learn(node)
        seen = self._experience[node.candidate.origin]
        seen.tried += 1
        seen.gained += node.verdict.complete and node.verdict.passed > self.task.verdict.passed

    async def standings(self, candidate: Candidate) -> tuple[list[RankedRewrite], FeatureExtractor]:
        """Every rewrite of the candidate, in no order, and a reader of what speaks for it and against it."""
        ctx, standings = await self._standings(candidate)
        return standings, FeatureExtractor(ctx, self._task_context, standings)

    async def _ranked(self, candidate: Candidate) -> list[Ranked]:
        """All rewrites of the candidate, best first."""
        try:
            ctx, standings = await self._standings(candidate)
        except SyntaxError:
            return []
        dice = random.Random(self._seed)
        lots = {id(standing): dice.random() for standing in standings}
        standings.sort(key=lambda one: (-one.prior_score, lots[id(one)]))
        if self.foresight is None:
            return [_unweighed(standing) for standing in standings]
        reader = FeatureExtractor(ctx, self._task_context, standings)
        first, others = standings[:MAX_SCORED], standings[MAX_SCORED:]
        weighed = [_weighed(standing, reader, self.foresight) async for standing in _in_turns(first)]
        weighed.sort(key=lambda one: -one.prior_score)
        return weighed + [_unweighed(standing) for standing in others]

    async def _standings(self, candidate: Candidate) -> tuple[UnitContext, list[RankedRewrite]]:
        ctx = UnitContext(candidate.source, self.module)
        suspicion = self._suspicion(ctx)
        ctx = UnitContext(candidate.source, self.module, None, self._focus(ctx, suspicion))
        rewrites = [pair async for pair in _in_turns(static_rewrites(ctx))]
        ctx = ctx.with_observations(await self._observe(ctx, [rewrite for _, rewrite in rewrites]))
        blind = len(rewrites)
        rewrites += [pair async for pair in _in_turns(_rewrites_of(ctx, VALUE_GUIDED_OPERATORS))]
        return ctx, [
            self._standing(ctx, prior, rewrite, suspicion, number >= blind)
            async for number, (prior, rewrite) in _in_turns(enumerate(rewrites))
            if rewrite.edits
        ]

    def _standing(
        self, ctx: UnitContext, prior: float, rewrite: Rewrite, suspicion: Mapping[int, float], chosen: bool
    ) -> RankedRewrite:
        """What the families, the suspicion and the run-time values make of a rewrite."""
        preference = preference_of(ctx, prior, rewrite) * self._experience[rewrite.operator].factor
        power = SWAP_OUTLOOK_POWER if isinstance(rewrite.effect, ExpressionReplacement) else 1.0
        place = max(suspicion.get(rewrite.line, 0.0), LEAST_SUSPICION)
        return RankedRewrite(rewrite, preference, place, ctx.outlook.factor(rewrite) ** power, chosen)

    async def _observe(self, ctx: UnitContext, rewrites: Iterable[Rewrite]) -> Observations:
        """Look at the values of everything the rewrites would put in place, at all sites in one run."""
        if self.probe is None or not ctx.body:
            return Observations()
        offset = self.task.first_line - 1
        sites = await _sites(ctx, rewrites, offset)
        entry = ctx.line(ctx.body[0]) + offset
        lines = (self.task.first_line, self.task.first_line + len(ctx.index.lines) - 1)
        values = await self.probe.values(ctx.text, entry, lines, sites)
        return Observations(values.shifted(-offset))

    @cached_property
    def _task_context(self) -> TaskContext:
        failures = (result.failure for result in self.task.verdict.results.values())
        errors = tuple(failure.kind for failure in failures if failure)
        return TaskContext(self.task.module, errors, self.task.test_literals)

    @staticmethod
    def _focus(ctx: UnitContext, suspicion: Mapping[int, float]) -> frozenset[int]:
        """Lines of the most suspicious statements; what no failing test runs cannot be at fault."""
        lines = {ctx.line(place.node) for place in ctx.statements if suspicion.get(ctx.line(place.node), 0.0) > 0}
        ranked = sorted(lines, key=lambda line: (-suspicion[line], line))
        return frozenset(ranked[:MOST_STATEMENTS])

    def _suspicion(self, ctx: UnitContext) -> Mapping[int, float]:
        """Suspicion by line of this version: that of the same line in the original, where it still stands there."""
        original = split_lines(self.task.source)
        by_text: dict[str, float] = {}
        for line, score in self.task.evidence.suspicion.items():
            position = line - self.task.first_line
            if 0 <= position < len(original):
                text = original[position].strip()
                by_text[text] = max(score, by_text.get(text, 0.0))
        found = {n: by_text.get(text.strip(), 0.3) for n, text in enumerate(split_lines(ctx.text), 1)}
        if not by_text:
            return dict.fromkeys(found, 1.0)
        # A statement over several lines is as suspicious as its first line, the only one that is traced.
        for place in ctx.statements:
            first = ctx.line(place.node)
            last = ctx.line(place.node.body[0]) - 1 if hasattr(place.node, "body") else ctx.last_line(place.node)
            for line in range(first, last + 1):
                found[line] = max(found.get(line, 0.0), found.get(first, 0.0))
        return found


def _unweighed(standing: RankedRewrite) -> Ranked:
    prior_score, plausibility = (math.log(max(value, LEAST)) for value in (standing.prior_score, standing.plausibility))
    return Ranked(standing.rewrite, prior_score, plausibility)


def _weighed(standing: RankedRewrite, reader: FeatureExtractor, foresight: RewriteScorer) -> Ranked:
    features = reader.features(standing)
    return Ranked(standing.rewrite, foresight.prior_score(features), foresight.plausibility(features), features)


async def _sites(ctx: UnitContext, rewrites: Iterable[Rewrite], offset: int) -> list[ProgramPoint]:
    """What rewrites would put in place, and all conditions, at their places by lines of the file (`offset` more)."""
    wanted: dict[int, dict[str, None]] = defaultdict(dict)
    async for place in _in_turns(ctx.places):
        returned = [*returnable(ctx, place), *filter(None, ctx.branches(place.node))]
        wanted[ctx.line(place.node)] |= dict.fromkeys([*all_conditions(ctx, place.node), *returned])
    for slot in condition_slots(ctx):
        if ctx.pure(slot.node):
            wanted[ctx.line(slot.statement)][ctx.inline(slot.node)] = None
    conditions = {line: list(texts) for line, texts in wanted.items()}
    async for rewrite in _in_turns(rewrites):
        match rewrite.effect:
            case ExpressionReplacement(line=line, old=old, new=new):
                wanted[line] |= {old: None, new: None}
            case GuardInsertion(line=line, condition=condition):
                wanted[line][condition] = None
    return [
        ProgramPoint(line + offset, tuple(list(texts)[: MOST_EXPRESSIONS + len(conditions.get(line, ()))]))
        for line, texts in wanted.items()
    ]


async def _in_turns(items: Iterable[Item]) -> AsyncIterator[Item]:
    """The items, with a turn for others now and then: to make all rewrites of a long function takes seconds.

    Not in a thread: Python 3.11 and 3.12 cannot parse in two at once, and a thread outlives its search.
    """
    since = time.perf_counter()
    for item in items:
        yield item
        if time.perf_counter() - since > SECONDS_OF_A_TURN:
            await asyncio.sleep(0)
            since = time.perf_counter()


def _rewrites_of(ctx: UnitContext, operators: Iterable[tuple[Operator, float]]) -> Iterator[tuple[float, Rewrite]]:
    """Every rewrite of the families, with its family's prior."""
    return ((prior, rewrite) for operator, prior in operators for rewrite in operator(ctx))


def preference_of(ctx: UnitContext, prior: float, rewrite: Rewrite) -> float:
    """How much a rewrite is preferred whatever its place, by a family with this prior."""
    weight: float = prior * rewrite.weight**WEIGHT_POWER
    return weight * (LOST_COMMENT if drops_comment(ctx.text, rewrite.edits) else 1.0)


def static_rewrites(ctx: UnitContext) -> Iterator[tuple[float, Rewrite]]:
    """Every rewrite that needs no look at values, those of one kind in several places last."""
    single: list[Rewrite] = []
    for prior, rewrite in _rewrites_of(ctx, STATIC_OPERATORS):
        single.append(rewrite)
        yield prior, rewrite
    yield from ((PAIRED_PRIOR, rewrite) for rewrite in in_several_locations(ctx, single))
