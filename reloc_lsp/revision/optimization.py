"""The search on a unit whose tests all pass: something is to be made better, and the tests are the guard."""

from __future__ import annotations

from dataclasses import replace

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.probes.cpu_benchmark import Stopwatch
from reloc_lsp.evaluation.probes.median_interval import FEWEST
from reloc_lsp.program.text_edit import unified_diff
from reloc_lsp.revision.measure_text import in_words
from reloc_lsp.revision.proposal import Phase, Proposal
from reloc_lsp.revision.repair import MOST_ALTERNATIVES, RepairRun, count, failure_in_words, tests_of
from reloc_lsp.revision.strategies import improving
from reloc_lsp.revision.uncovered_changes import untested_changes
from reloc_lsp.rewrites.refactorings.refactoring_neighborhood import RefactoringNeighborhood
from reloc_lsp.rewrites.refactorings.simplify import SIMPLIFICATIONS
from reloc_lsp.rewrites.refactorings.speed_up import SPEED_UPS
from reloc_lsp.search.candidate import Candidate, Node
from reloc_lsp.search.local_search import LocalSearch, Rules
from reloc_lsp.search.objective import Measurement
from reloc_lsp.search.patches.patch_minimization import restore_comments
from reloc_lsp.search.patches.patch_ranking import copied_constants
from reloc_lsp.search.protocols import ObjectiveMeasure
from reloc_lsp.search.simplicity import Simplicity
from reloc_lsp.search.verdict import Verdict

MOST_CONFIRMED = 3
MOST_RESERVED = 0.6
DOING = {"simplify": "simpler versions", "speed-up": "faster versions", "instruct": "revisions"}
WANTED = {"simplify": "simpler", "speed-up": "measurably faster", "instruct": "other"}
ALL_OPERATORS = {"simplify": SIMPLIFICATIONS, "speed-up": SPEED_UPS}


class OptimizationRun(RepairRun):
    """As an attempt to repair, but every test passes all the time, and the objective's measure decides."""

    reserve = 0.25

    def require_passing(self) -> None:
        """Raise `EvaluationError` where a test fails: it would guard nothing."""
        if self.judge.unchanged.all_passed:
            return
        raise EvaluationError(
            f"{count(self.before)} that reach {self.task.qualname}, and all of them must before it can be made better "
            f"({failure_in_words(self.task.verdict)}). Repair it first, or name the tests that matter with --tests."
        )

    def rules(self) -> Rules:
        """Rewrites that keep the meaning, and a model beside them where one takes part; for an instruction it alone."""
        objective = self.objective
        self.measure: ObjectiveMeasure | None = None
        if objective.kind == "simplify":
            self.measure = Simplicity()
        elif objective.kind == "speed-up":
            self.measure = Stopwatch(self.judge)
            once = sum(result.wall for result in self.task.verdict.results.values())
            left = max(self.account.spending.seconds_left(), 1.0)
            # The best is measured anew, with as many runs of the tests as an interval takes.
            self.reserve = min(max(self.reserve, 3 * FEWEST * once / left), MOST_RESERVED)
        operators = ALL_OPERATORS.get(objective.kind, ()) if self.settings.search.reviser != "model" else ()
        rewrites = RefactoringNeighborhood(self.task, self.module(), operators)
        return improving(self.task, self.asking, self.settings, rewrites, self.measure)

    def tell(self, phase: Phase, message: str, fraction: float) -> None:
        """Report progress; that the tests pass is no news."""
        self.account.tell(phase, message, fraction, self.before)

    def searching(self, cost: str) -> str:
        """What is under way and how good the best is, in words."""
        said = f"searching {DOING[self.objective.kind]} of {self.task.qualname}"
        best = self._choice()[:1]
        if best and self.objective.kind == "simplify":
            said += f", best so far {100 * best[0].reward:.0f} % fewer syntax nodes"
        elif best:
            said += f", {len(self._choice())} found"
        return said + (f" ({cost})" if cost else "")

    def best_improvement(self) -> Node | None:
        """The best node so far."""
        return next(iter(self._choice()), None)

    async def confirmed(self, search: LocalSearch) -> Proposal | None:
        """The best revision that is better when measured anew and that a cold run confirms, with the others."""
        tries = MOST_CONFIRMED
        for node in self._choice():
            whole = node.candidate if node.candidate.trusted else restore_comments(self.task, node.candidate)
            if await self._does_the_same(whole):
                self.tell("confirming", "measuring the best, and confirming it in a fresh process", 0.95)
                others = [n for n in self._choice() if n is not node][:MOST_ALTERNATIVES]
                await self.behaviours.look([n.candidate.source for n in others])
                proposal = await self._measured_and_confirmed(whole)
                if proposal is not None:
                    return self.beside(proposal, whole.source, others)
                tries -= 1
            search.reject(node)
            if not tries:
                break
        return None

    async def _measured_and_confirmed(self, candidate: Candidate) -> Proposal | None:
        measured = await self.measure.measure(self.task, candidate.source) if self.measure else None
        if self.measure is not None and not (measured and measured.better):
            return None
        verdict = await self.judge.confirm(candidate.source, candidate.trusted)
        return self._proposal(candidate, verdict, measured, verified=True) if verdict.all_passed else None

    async def _does_the_same(self, candidate: Candidate) -> bool:
        """Whether nothing is known that the unchanged unit returns and the candidate does not.

        What an instruction asked for may be different.
        """
        before = self.task.source
        await self.behaviours.look([before, candidate.source])
        changed = self.behaviours.changed(candidate.source, before)
        if changed and self.objective.is_measured:
            note = f"A version that passes was left: {changed}."
            self.account.notes += [note] if note not in self.account.notes else []
        return not (changed and self.objective.is_measured)

    async def improvement(self, until: float) -> Proposal | None:
        """There is nothing between better and not."""
        return None

    def unconfirmed(self) -> Proposal | None:
        """The best so far, neither measured anew nor confirmed."""
        best = self.best_improvement()
        return self._proposal(best.candidate, best.verdict, None, verified=False) if best else None

    def nothing(self) -> Proposal:
        """No version is better."""
        spent = self.account.spending
        said = (
            f"{self.task.qualname}: nothing {WANTED[self.objective.kind]} was found that passes its tests, "
            f"in {spent.evaluations} evaluations and {spent.seconds:.0f} s."
        )
        return replace(self.unchanged_proposal(), message=said)

    def merit(self, node: Node) -> float:
        """What the measure gained."""
        return round(node.reward, 3)

    def _choice(self) -> list[Node]:
        """The versions that may be proposed, the best first; what an instruction made in the order of its making."""
        if self.search_ is None:
            return []
        wins = [n for n in self.search_.passing if n.verdict.complete and self._keeps_untested(n.candidate)]
        return sorted(wins, key=lambda node: (-node.reward, node.identity))

    def _keeps_untested(self, candidate: Candidate) -> bool:
        """Whether a model left alone what no test runs: nothing would tell that it still does the same."""
        if candidate.trusted or not self.objective.is_measured:
            return True
        return not untested_changes(self.task, candidate.source)

    def _proposal(
        self, candidate: Candidate, verdict: Verdict, measured: Measurement | None, verified: bool
    ) -> Proposal:
        task, after = self.task, tests_of(verdict)
        revised = task.file_with(candidate.source)
        gain = in_words(self.objective, measured)
        why = [f"What changed: {candidate.description}."]
        if verified:
            why.append(f"In a fresh pytest process {count(after)}, as before.")
        changed, alike = (
            known(candidate.source, task.source) for known in (self.behaviours.changed, self.behaviours.alike)
        )
        if changed:
            why.append(f"With an input that no test tries: {changed}.")
        elif alike:
            why.append(f"With {alike} inputs that no test tries it does the same as before.")
        untested = untested_changes(task, candidate.source)
        if untested:
            why.append(f"Take care: no test runs what it changes at {untested}.")
        copied = copied_constants(task, candidate)
        if copied:
            why.append(f"Take care: {', '.join(copied)} also stands in the tests; the revision may fit only them.")
        return replace(
            self.unchanged_proposal(),
            status="improved", message=f"{task.qualname}: {gain}; {count(after)}.", after=after,
            verified=verified, diff=unified_diff(task.module, revised, task.file), source=revised, why=tuple(why),
            measure=measured,
        )  # fmt: skip
