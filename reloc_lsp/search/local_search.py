"""The loop: draft, then expand, evaluate and update until enough revisions pass or the budget is spent."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from reloc_lsp.search.budget import Spending
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.drafting import CodeInTheEditor
from reloc_lsp.search.evaluation import Scoring, tests_first
from reloc_lsp.search.events import Evaluated, Event, Finished, Improved, Settled, Started
from reloc_lsp.search.neighborhood import Novelty
from reloc_lsp.search.patches.patch_ranking import is_believable
from reloc_lsp.search.protocols import Drafter, Evaluator, Neighborhood, Reward
from reloc_lsp.search.updating import Updating
from reloc_lsp.search.verdict import Verdict


@dataclass(frozen=True)
class Rules:
    """A named set of decision rules: one choice for each of the four components.

    As many neighbours as `round_size` are asked for and judged at once, and after the first revision that passes
    the search goes on for `extra` evaluations to have a choice, and to `enough` of them in any case. Both are
    `(least, share, most)`: a share of the evaluations so far, between two bounds. While none that passes is believable,
    it goes on for `doubt` evaluations, or for `doubt_seconds`. `most_nodes` ends the search once so many versions were
    judged, the unchanged unit not counted (the paper's budget).
    """

    neighborhood: Neighborhood
    updating: Updating
    drafter: Drafter = field(default_factory=CodeInTheEditor)
    scoring: Scoring = tests_first
    reward: Reward | None = None
    round_size: tuple[int, float, int] = (8, 0.0, 8)
    extra: tuple[int, float, int] = (16, 0.5, 150)
    enough: int = 0
    doubt: int = 150
    doubt_seconds: float = 15.0
    most_nodes: int | None = None


class LocalSearch:
    """One search over revisions of a task's unit. `run()` may be read once; reading drives the search."""

    def __init__(self, task: Task, rules: Rules, evaluator: Evaluator, spending: Spending) -> None:
        self.task = task
        self.rules = rules
        self.evaluator = evaluator
        self.spending = spending
        self.nodes: list[Node] = []
        self._novelty = Novelty()
        self._first_passed: tuple[int, float] | None = None
        self._extra = 0

    @property
    def best(self) -> Node:
        """The best node so far, the unchanged unit where nothing beats it."""
        return max(
            self.nodes,
            key=lambda node: (not node.rejected, node.verdict.complete, node.score, -node.identity),
        )

    @property
    def passing(self) -> tuple[Node, ...]:
        """Every revision so far that passes all tests and is what the objective wants, in the order found."""
        return tuple(node for node in self.nodes if node.reaches(self.task.objective) and not node.rejected)

    @property
    def evaluations_to_first_fix(self) -> int | None:
        """Number of evaluations up to and with the first of them, `None` before there is one."""
        return next((node.identity for node in self.nodes if node.reaches(self.task.objective)), None)

    def reject(self, node: Node) -> None:
        """A fuller verification refused this node: it no longer counts as passing."""
        node.rejected = True
        self._first_passed = None

    async def run(self) -> AsyncIterator[Event]:
        """Search until the budget is spent or there is nowhere left to go; every event holds the best so far."""
        self._add(
            Candidate(self.task.source, "unchanged", "the code as it stands", trusted=True), self.task.verdict, 0.0
        )
        list(self._novelty.new([self.nodes[0].candidate]))
        yield Started(self.best, self.spending)
        drafts = await self.rules.drafter.draft(self.task)
        round_ = list(self._novelty.new(drafts))[: self._most(len(drafts))]
        reason = self._ended()
        while reason is None:
            standing = self.best
            judged = await self._judge(round_)
            best = self.best
            for node in judged:
                yield Evaluated(best, self.spending, node)
            # What takes the place of a rejected node is next best, and no improvement.
            if self.best is not standing and not standing.rejected:
                yield Improved(self.best, self.spending)
            if self._settled():
                yield Settled(self.best, self.spending, self.passing)
            reason = self._ended()
            parents = self.rules.updating.parents(self.nodes) if reason is None else ()
            if reason is None and not parents:
                reason = self.spending.asked_enough() or "neighbourhood"
            round_ = await self._expand(parents) if parents else []
        yield Finished(self.best, self.spending, reason, self.passing)

    def _ended(self) -> str | None:
        """The bound that was reached, or `None` while all hold."""
        most = self.rules.most_nodes
        return "nodes" if most is not None and len(self.nodes) - 1 >= most else self.spending.exhausted()

    def _most(self, wanted: int) -> int:
        """How many of `wanted` candidates may still be evaluated."""
        return int(min(wanted, self.spending.evaluations_left()))

    def _share(self, bounds: tuple[int, float, int]) -> int:
        """That share of the evaluations so far, within its bounds."""
        least, share, most = bounds
        return min(max(least, int(share * self.spending.evaluations)), most)

    async def _expand(self, parents: Sequence[Node]) -> list[Candidate]:
        size = self._share(self.rules.round_size)
        neighbours = await self.rules.neighborhood.expand(parents, self._most(size))
        for parent in parents:
            parent.expansions += 1
            parent.asked += size
            parent.exhausted = not neighbours
        return list(self._novelty.new(neighbours))

    async def _judge(self, candidates: Sequence[Candidate]) -> list[Node]:
        if not candidates:
            return []
        to_beat = self.best.verdict.passed - (bool(self.passing) or not self.task.objective.repairs)
        # What a model wrote is judged whole: its failures are what it is told next.
        groups = (
            [n for n, c in enumerate(candidates) if c.trusted],
            [n for n, c in enumerate(candidates) if not c.trusted],
        )
        said = await asyncio.gather(
            *(
                self.evaluator.evaluate([candidates[n] for n in group], least)
                for group, least in zip(groups, (to_beat, -1), strict=True)
                if group
            )
        )
        found = dict(zip(itertools.chain(*groups), itertools.chain(*said), strict=True))
        verdicts = [found[n] for n in range(len(candidates))]
        self.spending.evaluations += len(candidates)
        rewards: Sequence[float] = [0.0] * len(candidates)
        if self.rules.reward is not None:
            parents = [self.nodes[candidate.parent or 0] for candidate in candidates]
            rewards = await self.rules.reward.reward(self.task, candidates, verdicts, parents)
        judged = [self._add(*entry) for entry in zip(candidates, verdicts, rewards, strict=True)]
        for node in judged:
            self.rules.neighborhood.learn(node)
        return judged

    def _add(self, candidate: Candidate, verdict: Verdict, reward: float) -> Node:
        score = self.rules.scoring(self.task, candidate, verdict, reward)
        node = Node(len(self.nodes), candidate, verdict, score, reward)
        self.nodes.append(node)
        return node

    def _settled(self) -> bool:
        """Whether a choice of passing revisions is there and the extra evaluations for it are spent.

        What can be measured can always be better still: then the budget ends the search, or the neighbourhood.
        """
        if not self.passing or self.task.objective.measured:
            return False
        spent, seconds = self.spending.evaluations, self.spending.seconds
        if self._first_passed is None:
            self._first_passed, self._extra = (spent, seconds), self._share(self.rules.extra)
        first, since = self._first_passed
        # A revision that seems right by two edits, or is a strange one, often only seems so: a better one may still be
        # waiting further down. Where candidates are slow to judge, nobody should wait long for it.
        doubtful = not any(is_believable(self.task, node.candidate) for node in self.passing)
        more = self.rules.doubt if doubtful and seconds - since < self.rules.doubt_seconds else self._extra
        return spent >= max(self.rules.enough, first + more)
