"""What a revision does, step by step: copy, baseline, search, choice, shrinking, confirmation."""

from __future__ import annotations

import asyncio
import ast
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from reloc_lsp.evaluation.baseline import Measuring
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.evidence import evidence, test_literals, wanted_errors
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.judge import Judge
from reloc_lsp.evaluation.localisation import localise
from reloc_lsp.evaluation.place import UnitPlace
from reloc_lsp.evaluation.selection import likely_groups, pytest_layout, test_files
from reloc_lsp.evaluation.tiers import Bench
from reloc_lsp.evaluation.workspace import ScratchCopy
from reloc_lsp.program.edit import unified_diff
from reloc_lsp.program.text import SourceText
from reloc_lsp.program.unit import Module, Unit
from reloc_lsp.revision import Alternative, Progress, Proposal, Snapshot, Target, Tests
from reloc_lsp.rewrites.module import ModuleContext
from reloc_lsp.rewrites.neighborhood import RewriteNeighborhood
from reloc_lsp.search.budget import Spending
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.choosing import copied_constants, disbelief, ranked
from reloc_lsp.search.events import Event, Finished, Settled
from reloc_lsp.search.hill_climbing import HillClimbing
from reloc_lsp.search.local_search import LocalSearch, Rules
from reloc_lsp.search.shrinking import shrunk
from reloc_lsp.search.verdict import Outcome, Verdict
from reloc_lsp.settings import Settings

BASELINE_SHARE = 0.35
CONFIRM_RESERVE = 0.08
MOST_ALTERNATIVES = 5
MOST_UNITS = 3


class UserError(Exception):
    """The call is wrong: the message says how to put it right."""


class Work:
    """One revision at work; `news` hears of its progress. `best_so_far()` answers at any moment."""

    def __init__(
        self, snapshot: Snapshot, target: Target, settings: Settings, news: Callable[[Progress], None]
    ) -> None:
        self.snapshot = snapshot
        self.target = target
        self.settings = settings
        self.news = news
        self.spending = Spending(settings.budget)
        self.notes: list[str] = []
        self._fraction = 0.0
        self._cpu = 0.0
        self._found: Proposal | None = None
        self._attempt: _Attempt | None = None

    async def proposal(self) -> Proposal:
        """Do the work. A user's mistake and tests that cannot run become a Proposal with status `error`."""
        copy: ScratchCopy | None = None
        try:
            self._tell("preparing", "copying the workspace", 0.01)
            module, unit = self._read_target()
            interpreter = await asyncio.to_thread(
                find_interpreter, self.snapshot.root, self.settings.evaluation.interpreter
            )
            copy = await asyncio.to_thread(ScratchCopy, self.snapshot.root, self.snapshot.unsaved)
            workers = self.settings.evaluation.workers or os.cpu_count() or 1
            bench = Bench(copy, interpreter, workers, self.settings.evaluation.environment)
            if module is not None and unit is not None and not unit.is_class:
                assert self.target.file is not None
                return await self._revise_unit(bench, self.target.file, module, unit)
            return await self._revise_suspects(bench, unit)
        except UserError as error:
            return self._error(str(error), 2)
        except EvaluationError as error:
            return self._error(str(error), 3)
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            return self._error(f"The work could not go on: {error.strerror or error}{where}. Free space or set TMPDIR.", 3)
        finally:
            if copy is not None:
                await asyncio.shield(asyncio.to_thread(copy.close))

    def best_so_far(self) -> Proposal:
        """The answer when the work was stopped: the best revision found, not yet confirmed by a cold run."""
        if self._found is not None:
            return replace(self._found, status="cancelled", exit_status=130, message=f"Stopped. {self._found.message}")
        if self._attempt is not None:
            best = self._attempt.best_improvement()
            if best is not None:
                found = self._attempt.as_proposal(best, best.verdict, verified=False)
                said = f"Stopped; best so far {_count(found.after)} (before: {_count(found.before)}), not confirmed by a fresh run."
                return replace(found, status="cancelled", exit_status=130, message=said, cost=self._cost())
            unchanged = self._attempt.unchanged_proposal()
            said = f"Stopped; nothing better was found so far ({_count(unchanged.before)})."
            return replace(unchanged, status="cancelled", exit_status=130, message=said, cost=self._cost())
        return Proposal("cancelled", "Stopped before the tests were run.", 130, cost=self._cost(), notes=tuple(self.notes))

    # -- the target

    def _read_target(self) -> tuple[Module | None, Unit | None]:
        file = self.target.file
        if file is None:
            return None, None
        module = self._module(file)
        name = self._name(file)
        if self.target.qualname is not None:
            unit = module.find(self.target.qualname)
            if unit is None:
                raise UserError(f"{name} has no function {self.target.qualname or '(empty name)'}. It has: {_some(module.units)}.")
        elif self.target.line is not None:
            count = len(module.index.lines)
            if not 1 <= self.target.line <= count:
                raise UserError(f"{name} has {count} lines; there is no line {self.target.line}.")
            unit = module.at_line(self.target.line)
            if unit is None:
                raise UserError(f"Line {self.target.line} of {name} is in no function. Functions there: {_some(module.units)}.")
        else:
            if not module.functions:
                raise UserError(f"{name} has no function to revise.")
            return module, None
        if unit.is_class and not module.members(unit):
            raise UserError(f"The class {unit.qualname} of {name} has no method to revise.")
        return module, unit

    def _module(self, file: Path) -> Module:
        name = self._name(file)
        try:
            text = self.snapshot.unsaved.get(file)
            return Module(SourceText.read(file).text if text is None else text)
        except FileNotFoundError:
            raise UserError(f"There is no file {name}. Name an existing file of the workspace.") from None
        except (SyntaxError, ValueError) as error:
            line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
            why = error.msg if isinstance(error, SyntaxError) else str(error)
            raise UserError(f"{name} does not parse ({why}{line}). Mend the syntax first.") from None
        except OSError as error:
            raise UserError(f"{name} cannot be read: {error.strerror}.") from None

    def _name(self, file: Path) -> str:
        try:
            return file.relative_to(self.snapshot.root).as_posix()
        except ValueError:
            return str(file)

    # -- the work

    async def _revise_suspects(self, bench: Bench, unit: Unit | None) -> Proposal:
        """Find the units the failing tests blame and revise the first that can be helped."""
        self._tell("baseline", "running the tests to find the function at fault", 0.03)
        root = bench.copy.root
        files = list(self.settings.evaluation.tests) or [
            path.as_posix() for path in test_files(root, pytest_layout(root))
        ]
        if not files:
            raise EvaluationError("No test file was found. Write a test that fails, or name tests with --tests.")
        within = self._name(self.target.file) if self.target.file else None
        suspects = await localise(bench, files, self.spending.seconds_left() * BASELINE_SHARE)
        places = [p for p in suspects.places if within is None or p[0] == within]
        tests = Tests(suspects.passed, suspects.total)
        if not places:
            if suspects.passed == suspects.total:
                said = f"All {suspects.total} tests pass already."
                return Proposal("already-passing", said, 0, within or "", before=tests, after=tests, cost=self._cost())
            where = f"No function of {within}" if within else "No function of the workspace"
            raise EvaluationError(f"{where} is called by a failing test ({suspects.total - suspects.passed} of {suspects.total} fail).")
        best: Proposal | None = None
        for number, (name, line) in enumerate(places[:MOST_UNITS]):
            file = self.snapshot.root / name
            module = self._module(file)
            found = next((u for u in reversed(module.functions) if u.first_line <= line <= u.last_line), None)
            if found is None or (unit is not None and found not in module.members(unit)):
                continue
            share = self.spending.seconds_left() / (min(len(places), MOST_UNITS) - number)
            try:
                proposal = await self._revise_unit(bench, file, module, found, share)
            except EvaluationError as error:
                self.notes.append(f"{found.qualname}: {error}")
                continue
            if best is None or proposal.status == "fixed":
                best = proposal
            if proposal.status == "fixed":
                break
            self._found = best
        if best is None:
            raise EvaluationError(f"None of the suspicious functions could be judged. {' '.join(self.notes)}")
        return best

    async def _revise_unit(
        self, bench: Bench, file: Path, module: Module, unit: Unit, seconds: float | None = None
    ) -> Proposal:
        until = time.monotonic() + min(seconds or float("inf"), self.spending.seconds_left())
        name = self._name(file)
        place = UnitPlace(file, bench.copy.place(file), name, module, unit)
        self._tell("baseline", f"running the tests of {unit.qualname}", 0.04)
        root = bench.copy.root
        wanted = list(self.settings.evaluation.tests)
        groups = [wanted] if wanted else likely_groups(root, test_files(root, pytest_layout(root)), name, unit.qualname)
        if not groups:
            raise EvaluationError(f"No test file was found, so no test reaches {unit.qualname}. Write one, or name it with --tests.")
        left = until - time.monotonic()
        baseline = await Measuring(bench, place, min(left * BASELINE_SHARE, 60.0)).measure(groups)
        judge = Judge(bench, place, baseline)
        try:
            self.notes += baseline.notes
            attempt = self._attempt = _Attempt(self, judge, place)
            if judge.unchanged.green:
                return attempt.already_passing()
            return await attempt.search(until)
        finally:
            self._cpu += judge.cpu
            await judge.close()

    # -- telling

    def _tell(self, phase: str, message: str, fraction: float, attempt: _Attempt | None = None) -> None:
        self._fraction = max(self._fraction, min(fraction, 0.99))
        before = best = None
        if attempt is not None:
            before, best = attempt.before, attempt.best_tests()
        self.news(Progress(phase, message, self._fraction, self.spending.seconds, self.spending.evaluations, before, best))  # type: ignore[arg-type]

    def _error(self, message: str, status: int) -> Proposal:
        file = self._name(self.target.file) if self.target.file else ""
        name = self.target.qualname or ""
        return Proposal("error", message, status, file, name, cost=self._cost(), notes=tuple(self.notes))

    def _cost(self) -> dict[str, float]:
        spent = self.spending
        running = self._attempt.judge.cpu if self._attempt else 0.0
        return {
            "evaluations": spent.evaluations, "calls": spent.calls, "prompt_tokens": spent.prompt_tokens,
            "completion_tokens": spent.completion_tokens, "seconds": round(spent.seconds, 3),
            "cpu_seconds": round(max(self._cpu, running), 3),
        }  # fmt: skip


class _Attempt:
    """The search on one unit, from its baseline to a confirmed proposal."""

    def __init__(self, work: Work, judge: Judge, place: UnitPlace) -> None:
        self.work = work
        self.judge = judge
        self.place = place
        unit, baseline = place.unit, judge.baseline
        root = judge.bench.copy.root
        files = {root / baseline.tier.tests[n].split("::")[0] for n in baseline.tests}
        self.task = Task(
            place.name, unit.qualname, place.module.text, unit.start, unit.end, unit.first_line, judge.unchanged,
            evidence(baseline), test_literals(files),
        )  # fmt: skip
        self.before = _tests(judge.unchanged)
        self.search_: LocalSearch | None = None

    async def search(self, until: float) -> Proposal:
        """Search, choose, shrink and confirm."""
        work, judge, task = self.work, self.judge, self.task
        module = ModuleContext(self.place.module.tree, task.qualname, task.evidence.types, wanted_errors(judge.baseline))
        neighborhood = RewriteNeighborhood(task, module, judge, work.settings.search.seed)
        rules = Rules(neighborhood, HillClimbing(), round_size=4 * judge.bench.workers)
        search = self.search_ = LocalSearch(task, rules, judge, work.spending)
        left = until - time.monotonic()
        deadline = asyncio.get_running_loop().time() + left - max(CONFIRM_RESERVE * left, 1.0)
        started = work.spending.seconds
        try:
            async with asyncio.timeout_at(deadline):
                async for event in search.run():
                    self._report(event, started, left)
                    if isinstance(event, Settled):
                        proposal = await self._confirmed(search)
                        if proposal is not None:
                            return proposal
                    if isinstance(event, Finished):
                        break
        except TimeoutError:
            pass
        proposal = await self._confirmed(search)
        return proposal or await self._improvement() or self._nothing()

    def already_passing(self) -> Proposal:
        """Nothing to repair."""
        said = f"{self.task.qualname}: all {self.before.total} tests that reach it pass already."
        return replace(self.unchanged_proposal(), status="already-passing", exit_status=0, message=said)

    def unchanged_proposal(self) -> Proposal:
        """The unit as it stands."""
        source = self.place.module.text
        return Proposal(
            "unchanged", "", 1, self.task.file, self.task.qualname, self.place.unit.line, self.before, self.before,
            source=source, original=source, notes=tuple(self.work.notes), cost=self.work._cost(),
        )  # fmt: skip

    def best_improvement(self) -> Node | None:
        """The best node that wins tests and loses none."""
        if self.search_ is None:
            return None
        passed = [t for t, r in self.task.verdict.results.items() if r.outcome is Outcome.PASSED]
        better = [
            n for n in self.search_.nodes
            if n.verdict.complete and not n.rejected and n.verdict.passed > self.before.passed
            and all(n.verdict.outcome(t) is Outcome.PASSED for t in passed)
        ]  # fmt: skip
        most = max((n.verdict.passed for n in better), default=0)
        best = ranked(self.task, [n for n in better if n.verdict.passed == most])
        return best[0] if best else None

    def best_tests(self) -> Tests:
        """What the best revision so far passes."""
        best = self.best_improvement()
        return _tests(best.verdict) if best else self.before

    def as_proposal(self, node: Node, verdict: Verdict, verified: bool, source: str | None = None) -> Proposal:
        """A node, or a smaller form of it, as the answer."""
        revised = self.task.file_with(source or node.candidate.source)
        after = _tests(verdict)
        won = after.passed - self.before.passed
        why = [f"What changed: {node.candidate.description}."]
        if verified:
            why.append(f"In a fresh pytest process {_count(after)}; before it was {self.before.passed}, so {won} more.")
        copied = copied_constants(self.task, node.candidate)
        if copied:
            why.append(f"Take care: {', '.join(copied)} also stands in the tests; the revision may fit only them.")
        status = "fixed" if after.passed == after.total else "improved"
        said = f"{self.task.qualname}: {self.before.passed} of {self.before.total} tests passed, now {_count(after)}."
        return Proposal(
            status, said, 0, self.task.file, self.task.qualname, self.place.unit.line, self.before, after, verified,
            unified_diff(self.task.module, revised, self.task.file), revised, self.task.module, tuple(why),
            tuple(self.work.notes), cost=self.work._cost(),
        )  # fmt: skip

    async def _confirmed(self, search: LocalSearch) -> Proposal | None:
        """The most believable passing revision that a cold run confirms, with the others as alternatives."""
        choice = ranked(self.task, search.passing)
        for node in choice:
            self.work._tell("confirming", "confirming in a fresh process", 0.95, self)
            small, _ = await shrunk(self.task, node.candidate, node.verdict, self.judge)
            verdict = await self.judge.confirm(small.source)
            if verdict.green:
                proposal = self.as_proposal(node, verdict, True, small.source)
                others = [n for n in choice if n is not node and not n.rejected][:MOST_ALTERNATIVES]
                return replace(proposal, alternatives=tuple(map(self._alternative, others)))
            search.reject(node)
        return None

    async def _improvement(self) -> Proposal | None:
        while (node := self.best_improvement()) is not None:
            self.work._tell("confirming", "confirming in a fresh process", 0.95, self)
            small, _ = await shrunk(self.task, node.candidate, node.verdict, self.judge)
            verdict = await self.judge.confirm(small.source)
            if verdict.passed >= node.verdict.passed:
                return self.as_proposal(node, verdict, True, small.source)
            node.rejected = True
        return None

    def _nothing(self) -> Proposal:
        spent = self.work.spending
        said = (
            f"{self.task.qualname}: nothing better found in {spent.evaluations} evaluations and {spent.seconds:.0f} s; "
            f"{_count(self.before)}, as before."
        )
        return replace(self.unchanged_proposal(), message=said)

    def _alternative(self, node: Node) -> Alternative:
        revised = self.task.file_with(node.candidate.source)
        diff = unified_diff(self.task.module, revised, self.task.file)
        score = round(-disbelief(self.task, node.candidate), 3)
        return Alternative(diff, node.verdict.passed, node.verdict.total, score, revised)

    def _report(self, event: Event, started: float, seconds: float) -> None:
        spent = self.work.spending
        share = (spent.seconds - started) / max(seconds, 0.001)
        most = spent.budget.evaluations
        if most:
            share = max(share, spent.evaluations / most)
        message = f"searching revisions of {self.task.qualname}"
        self.work._tell("searching", message, 0.1 + 0.8 * share, self)


def _tests(verdict: Verdict) -> Tests:
    return Tests(verdict.passed, verdict.total)


def _count(tests: Tests) -> str:
    return f"{tests.passed} of {tests.total} tests pass"


def _some(units: Sequence[Unit]) -> str:
    names = [unit.qualname for unit in units]
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "") if names else "none"
