"""The search loop: draft, then expand, evaluate and update until enough revisions pass or the budget is spent."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence

from reloc_lsp.search.budget import Spending
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.decision_rules import Rules
from reloc_lsp.search.deduplication import Deduplicator
from reloc_lsp.search.events import Evaluated, Event, Finished, Improved, Settled, Started
from reloc_lsp.search.interfaces.protocols import Evaluator
from reloc_lsp.search.patches.patch_ranking import is_likely_overfitted
from reloc_lsp.search.verdict import Verdict


class LocalSearch:
    """One search over revisions of a task's unit. `run()` may be read once; reading it drives the search."""

    def __init__(self, task: Task, rules: Rules, evaluator: Evaluator, spending: Spending) -> None:
        self.task = task
        self.rules = rules
        self.evaluator = evaluator
        self.spending = spending
        self.nodes: list[Node] = []
        self._deduplicator = Deduplicator()
        self._first_passed: tuple[int, float] | None = None
        self._extra = 0

    @property
    def best(self) -> Node:
        """The best node so far; the unchanged unit if nothing is better."""
        return max(
            self.nodes,
            key=lambda node: (not node.rejected, node.verdict.complete, node.score, -node.identity),
        )

    @property
    def passing(self) -> tuple[Node, ...]:
        """Every revision so far that passes all tests and meets the objective, in the order found."""
        return tuple(node for node in self.nodes if node.meets(self.task.objective) and not node.rejected)

    @property
    def evaluations_to_first_fix(self) -> int | None:
        """Number of evaluations until the first revision that passes and meets the objective, including it."""
        return next((node.identity for node in self.nodes if node.meets(self.task.objective)), None)

    def reject(self, node: Node) -> None:
        """Take a node out of those that pass, because a fuller verification refused it."""
        node.rejected = True
        self._first_passed = None

    async def run(self) -> AsyncIterator[Event]:
        """Search until the budget is spent or no neighbours are left. Every event holds the best node so far."""
        unchanged = Candidate(self.task.source, "unchanged", "the unchanged code", trusted=True)
        self._add(unchanged, self.task.verdict, 0.0)
        list(self._deduplicator.unseen([unchanged]))
        yield Started(self.best, self.spending)
        drafts = await self.rules.drafter.draft(self.task)
        candidates = list(self._deduplicator.unseen(drafts))[: self._affordable(len(drafts))]
        reason = self._exhausted_bound()
        while reason is None:
            best_before = self.best
            evaluated = await self._evaluate(candidates)
            best = self.best
            for node in evaluated:
                yield Evaluated(best, self.spending, node)
            # What takes the place of a rejected node is the next best, not an improvement.
            if self.best is not best_before and not best_before.rejected:
                yield Improved(self.best, self.spending)
            if self._settled():
                yield Settled(self.best, self.spending, self.passing)
            reason = self._exhausted_bound()
            parents = self.rules.update_rule.parents(self.nodes) if reason is None else ()
            if reason is None and not parents:
                reason = self.spending.exhausted_model_bound() or "neighbourhood"
            candidates = await self._expand(parents) if parents else []
        yield Finished(self.best, self.spending, reason, self.passing)

    def _exhausted_bound(self) -> str | None:
        """The bound that ends the search, or `None` while none is reached."""
        bound = self.rules.max_nodes
        return "nodes" if bound is not None and len(self.nodes) - 1 >= bound else self.spending.exhausted_bound()

    def _affordable(self, count: int) -> int:
        """How many of `count` candidates may still be evaluated."""
        return int(min(count, self.spending.evaluations_left()))

    async def _expand(self, parents: Sequence[Node]) -> list[Candidate]:
        size = self.rules.round_size.of(self.spending.evaluations)
        neighbours = await self.rules.neighborhood.expand(parents, self._affordable(size))
        for parent in parents:
            parent.expansions += 1
            parent.requested += size
            parent.exhausted = not neighbours
        return list(self._deduplicator.unseen(neighbours))

    async def _evaluate(self, candidates: Sequence[Candidate]) -> list[Node]:
        """Add a node for each candidate."""
        if not candidates:
            return []
        verdicts = await self._verdicts(candidates)
        self.spending.evaluations += len(candidates)
        rewards: Sequence[float] = [0.0] * len(candidates)
        if self.rules.reward is not None:
            parents = [self.nodes[candidate.parent or 0] for candidate in candidates]
            rewards = await self.rules.reward.reward(self.task, candidates, verdicts, parents)
        evaluated = [self._add(*entry) for entry in zip(candidates, verdicts, rewards, strict=True)]
        for node in evaluated:
            self.rules.neighborhood.learn(node)
        return evaluated

    async def _verdicts(self, candidates: Sequence[Candidate]) -> list[Verdict]:
        """Run the tests. A model's candidates are run without an early stop: its next prompt needs all failures."""
        must_exceed = self.best.verdict.passed - (bool(self.passing) or not self.task.objective.repairs)
        trusted = [n for n, candidate in enumerate(candidates) if candidate.trusted]
        untrusted = [n for n, candidate in enumerate(candidates) if not candidate.trusted]
        groups = [(group, bound) for group, bound in ((trusted, must_exceed), (untrusted, -1)) if group]
        found = await asyncio.gather(
            *(self.evaluator.evaluate([candidates[n] for n in group], bound) for group, bound in groups)
        )
        numbers = itertools.chain.from_iterable(group for group, _ in groups)
        verdicts = dict(zip(numbers, itertools.chain.from_iterable(found), strict=True))
        return [verdicts[n] for n in range(len(candidates))]

    def _add(self, candidate: Candidate, verdict: Verdict, reward: float) -> Node:
        score = self.rules.scoring(self.task, candidate, verdict, reward)
        node = Node(len(self.nodes), candidate, verdict, score, reward)
        self.nodes.append(node)
        return node

    def _settled(self) -> bool:
        """Whether some revisions pass and the extra evaluations are spent, so that one of them can be chosen.

        Never for a measured objective: there a better version may always follow, so that only the budget or the
        neighbourhood ends the search.
        """
        if not self.passing or self.task.objective.is_measured:
            return False
        evaluations, seconds = self.spending.evaluations, self.spending.seconds
        if self._first_passed is None:
            self._first_passed, self._extra = (evaluations, seconds), self.rules.extra.of(evaluations)
        first, since = self._first_passed
        # Where every passing revision looks overfitted, a better one may still follow. The bound in seconds is for
        # candidates that are slow to evaluate.
        overfitted = all(is_likely_overfitted(self.task, node.candidate) for node in self.passing)
        goes_on = overfitted and seconds - since < self.rules.overfitted_seconds
        more = self.rules.overfitted_extra if goes_on else self._extra
        return evaluations >= max(self.rules.min_evaluations, first + more)
