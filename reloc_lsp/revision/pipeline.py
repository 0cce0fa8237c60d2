"""What a revision does, step by step: find the unit, copy the workspace, take the baseline, attempt the unit."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from reloc_lsp.evaluation.baseline.baseline import BaselineBuilder
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.sandbox import Level, Sandbox, find_sandbox
from reloc_lsp.evaluation.selection.suspect_functions import localise
from reloc_lsp.evaluation.selection.test_selection import likely_groups, pytest_layout, test_files
from reloc_lsp.evaluation.tiers import HarnessLauncher
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.program.source_text import SourceText
from reloc_lsp.program.unit import Module, Unit
from reloc_lsp.revision.model_access import ReviserError, connected
from reloc_lsp.revision.optimization import OptimizationRun
from reloc_lsp.revision.proposal import Progress, Proposal, Reason, Tests
from reloc_lsp.revision.repair import RepairRun, count
from reloc_lsp.revision.request import NO_RECORDING, Recording, Snapshot, Target
from reloc_lsp.revision.run_report import RunReport
from reloc_lsp.revision.trace_file import Recorded, Replayed, Trace, TraceError, read_trace
from reloc_lsp.reward.errors import RewardError
from reloc_lsp.search.language_model import LanguageModel
from reloc_lsp.settings import Settings

BASELINE_SHARE = 0.35
GRACE_SECONDS = 6.0
MOST_UNITS = 3
_WORTH = {"fixed": 2, "improved": 1}
DOING = {"simplify": "simplify", "speed-up": "speed up", "instruct": "revise"}


logger = logging.getLogger(__name__)


class UserError(Exception):
    """The call is wrong: the message says how to put it right."""


class RevisionPipeline:
    """One revision at work; `news` hears of its progress. `best_so_far()` answers at any moment."""

    def __init__(
        self,
        snapshot: Snapshot,
        target: Target,
        settings: Settings,
        news: Callable[[Progress], None],
        recording: Recording = NO_RECORDING,
    ) -> None:
        self.snapshot = snapshot
        self.target = target
        self.settings = settings
        self.account = RunReport(settings, news)
        self._found: Proposal | None = None
        self._attempt: RepairRun | None = None
        self._level: Level = "none"
        self._model: LanguageModel | None = None
        self.recording = recording
        self._trace: Trace | None = None
        self._test_files: list[Path] = []

    async def proposal(self) -> Proposal:
        """Do the work. A user's mistake and tests that cannot run become a Proposal with status `error`."""
        making: asyncio.Future[ScratchCopy] | None = None
        try:
            self.account.tell("preparing", "copying the workspace", 0.01)
            module, unit = self._read_target()
            self._model = self._chosen_model()
            self._check_objective(unit)
            settings = self.settings.evaluation
            sandbox = await asyncio.to_thread(find_sandbox, settings.sandbox)
            self._level = sandbox.level
            making = asyncio.ensure_future(asyncio.to_thread(self._scratch_copy, sandbox))
            interpreter, self._test_files = await asyncio.gather(
                asyncio.to_thread(find_interpreter, self.snapshot.root, settings.interpreter),
                asyncio.to_thread(self._find_test_files),
            )
            copy = await asyncio.shield(making)
            bench = HarnessLauncher(
                copy, interpreter, settings.workers or os.cpu_count() or 1, settings.environment, sandbox
            )
            async with asyncio.timeout(self._patience()):
                return await self._revise(bench, module, unit)
        except TimeoutError:
            return self._out_of_time()
        except (UserError, ReviserError, RewardError, TraceError) as error:
            return self._error(str(error), "wrong-call")
        except EvaluationError as error:
            return self._error(str(error), "tests-cannot-run")
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            return self._error(
                f"The work could not go on: {error.strerror or error}{where}. Free space or set TMPDIR.",
                "tests-cannot-run",
            )
        except Exception as error:
            logger.exception("a revision failed")
            said = f"ReLoc itself failed ({type(error).__name__}: {error})."
            return self._error(f"{said} Please report it with the log (--log-level debug).", "internal-error")
        finally:
            if self._model:
                await asyncio.shield(self._model.close())
            if self._trace:
                self._trace.close()
            if making is not None:
                await asyncio.shield(_close(making))

    def _check_objective(self, unit: Unit | None) -> None:
        """Raise `UserError` where what is asked for needs more than was named."""
        objective = self.target.objective
        if objective.repairs:
            return
        if unit is None or unit.is_class:
            raise UserError(
                f"Name the function to {DOING[objective.kind]}: FILE::QUALNAME, or FILE:LINE of a line in it. "
                "Only the function at fault can be found by running the tests."
            )
        if objective.kind == "instruct" and self._model is None:
            raise ReviserError(
                "Only a model can follow an instruction, and none is chosen. Name a server with --base-url or a model "
                "with --model, or start one with reloc-lsp model start."
            )

    def _chosen_model(self) -> LanguageModel | None:
        """The model, or a trace in its place; what it says goes into the trace that is to be written."""
        if self.recording.replay:
            model: LanguageModel | None = Replayed(read_trace(self.recording.replay))
        else:
            model = connected(self.settings, self.account.notes.append)
        if self.recording.write:
            self._trace = Trace(self.recording.write)
            model = Recorded(model, self._trace) if model else None
        return model

    def _scratch_copy(self, sandbox: Sandbox) -> ScratchCopy:
        return ScratchCopy(self.snapshot.root, self.snapshot.unsaved, mountable=sandbox.container is not None)

    def _find_test_files(self) -> list[Path]:
        """The workspace's test files, unless those that count were named."""
        user = UserFiles(self.snapshot.root, self.snapshot.unsaved)
        return [] if self.settings.evaluation.tests else test_files(user, pytest_layout(user))

    def _patience(self) -> float | None:
        """Seconds after which even a step that takes no notice of the budget is given up."""
        left = self.account.spending.seconds_left()
        return None if left == float("inf") else left + GRACE_SECONDS

    def _out_of_time(self) -> Proposal:
        """The answer when the budget ran out in the middle of a step."""
        if self._found is not None:
            return self._found
        if self._attempt is None:
            seconds = self.account.spending.budget.seconds or 0.0
            return self._error(
                f"Running the tests took longer than the budget of {seconds:.0f} s. "
                "Give more with --seconds, or name the tests that matter with --tests.",
                "tests-cannot-run",
            )
        found = self._attempt.unconfirmed()
        if found is None:
            return self._attempt.nothing()
        # Not confirmed, so neither called fixed nor written by --apply.
        best = count(found.after) if self.target.objective.repairs else found.message.rstrip(".")
        said = f"The time was up before a fresh run could confirm the best so far ({best})."
        return replace(found, status="cancelled", reason="out-of-time", message=said)

    def best_so_far(self) -> Proposal:
        """The answer when the work was stopped: the best revision found, not yet confirmed by a cold run."""
        if self._found is not None:
            return replace(self._found, status="cancelled", reason="stopped", message=f"Stopped. {self._found.message}")
        if self._attempt is not None:
            found = self._attempt.unconfirmed()
            if found is not None:
                said = f"Stopped; best so far {count(found.after)} (before: {count(found.before)})"
                said = said if self.target.objective.repairs else f"Stopped; best so far: {found.message.rstrip('.')}"
                said += ", not confirmed by a fresh run."
                return replace(found, status="cancelled", reason="stopped", message=said, cost=self.account.cost())
            unchanged = self._attempt.unchanged_proposal()
            said = f"Stopped; nothing better was found so far ({count(unchanged.before)})."
            return replace(unchanged, status="cancelled", reason="stopped", message=said, cost=self.account.cost())
        return Proposal(
            "cancelled",
            "Stopped before the tests were run.",
            reason="stopped",
            cost=self.account.cost(),
            notes=tuple(self.account.notes),
            sandbox=self._level,
        )

    # -- the target

    def _read_target(self) -> tuple[Module | None, Unit | None]:
        file = self.target.file
        if file is None:
            return None, None
        module = self._module(file)
        name = self._name(file)
        if self.target.qualname is not None:
            unit = module.find(self.target.qualname, self.target.line)
            if unit is None:
                raise UserError(
                    f"{name} has no function {self.target.qualname or '(empty name)'}. It has: {_some(module.units)}."
                )
        elif self.target.line is not None:
            count = len(module.index.lines)
            if not 1 <= self.target.line <= count:
                raise UserError(f"{name} has {count} lines; there is no line {self.target.line}.")
            unit = module.at_line(self.target.line)
            if unit is None:
                raise UserError(
                    f"Line {self.target.line} of {name} is in no function. Functions there: {_some(module.units)}."
                )
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
            if isinstance(error, UnicodeDecodeError) or "encoding" in why:
                raise UserError(
                    f"{name} cannot be read ({why}). Save it as UTF-8, or declare its encoding in its first line."
                ) from None
            raise UserError(f"{name} does not parse ({why}{line}). Mend the syntax first.") from None
        except OSError as error:
            raise UserError(f"{name} cannot be read: {error.strerror}.") from None

    def _name(self, file: Path) -> str:
        try:
            return file.relative_to(self.snapshot.root).as_posix()
        except ValueError:
            return str(file)

    # -- the work

    async def _revise(self, bench: HarnessLauncher, module: Module | None, unit: Unit | None) -> Proposal:
        """Revise the function that was named, or look for the one at fault."""
        if self.target.file is None or module is None or unit is None or unit.is_class:
            return await self._revise_suspects(bench, unit)
        return await self._revise_unit(bench, self.target.file, module, unit)

    async def _revise_suspects(self, bench: HarnessLauncher, unit: Unit | None) -> Proposal:
        """Find the units the failing tests blame and revise the first that can be helped."""
        self.account.tell("baseline", "running the tests to find the function at fault", 0.03)
        files = list(self.settings.evaluation.tests) or [path.as_posix() for path in self._test_files]
        if not files:
            raise EvaluationError("No test file was found. Write a test that fails, or name tests with --tests.")
        within = self._name(self.target.file) if self.target.file else None
        suspects = await localise(bench, files, self.account.spending.seconds_left() * BASELINE_SHARE)
        places = [p for p in suspects.places if within is None or p[0] == within]
        tests = Tests(suspects.passed, suspects.total)
        if not places:
            if suspects.passed == suspects.total:
                said = f"All {suspects.total} tests pass already."
                return Proposal(
                    "already-passing",
                    said,
                    file=within or "",
                    before=tests,
                    after=tests,
                    cost=self.account.cost(),
                    sandbox=self._level,
                )
            where = f"No function of {within}" if within else "No function of the workspace"
            raise EvaluationError(
                f"{where} is called by a failing test ({suspects.total - suspects.passed} of {suspects.total} fail)."
            )
        best: Proposal | None = None
        for number, (name, line) in enumerate(places[:MOST_UNITS]):
            file = self.snapshot.root / name
            module = self._module(file)
            found = next((u for u in reversed(module.functions) if u.first_line <= line <= u.last_line), None)
            if found is None or (unit is not None and found not in module.members(unit)):
                continue
            share = self.account.spending.seconds_left() / (min(len(places), MOST_UNITS) - number)
            try:
                proposal = await self._revise_unit(bench, file, module, found, share)
            except EvaluationError as error:
                self.account.notes.append(f"{found.qualname}: {error}")
                continue
            if best is None or _WORTH.get(proposal.status, 0) > _WORTH.get(best.status, 0):
                best = proposal
            if best.status == "fixed":
                break
            if best.status == "improved":
                self._found = best
        if best is None:
            raise EvaluationError(f"None of the suspicious functions could be judged. {' '.join(self.account.notes)}")
        return best

    async def _revise_unit(
        self, bench: HarnessLauncher, file: Path, module: Module, unit: Unit, seconds: float | None = None
    ) -> Proposal:
        until = time.monotonic() + min(seconds or float("inf"), self.account.spending.seconds_left())
        name = self._name(file)
        location = UnitLocation(file, bench.copy.path_in_copy(file), name, module, unit)
        self.account.tell("baseline", f"running the tests of {unit.qualname}", 0.04)
        groups = [list(self.settings.evaluation.tests)]
        if not groups[0]:
            groups = await asyncio.to_thread(likely_groups, bench.copy.files, self._test_files, name, unit.qualname)
        if not groups:
            raise EvaluationError(
                f"No test file was found, so no test reaches {unit.qualname}. Write one, or name it with --tests."
            )
        left = until - time.monotonic()
        baseline = await BaselineBuilder(bench, location, min(left * BASELINE_SHARE, 60.0)).measure(groups)
        judge = PytestEvaluator(bench, location, baseline)
        logger.debug(
            "%s is judged by the %s tier (%s), %d tests, sandbox %s",
            unit.qualname,
            baseline.tier.name,
            baseline.reason,
            len(baseline.tests),
            judge.sandbox,
        )
        try:
            self.account.notes += baseline.notes
            said = f"There was no time for {baseline.unseen}, so they guard nothing: give more with --seconds."
            self.account.notes += [said] if baseline.unseen else []
            objective = self.target.objective
            kind = RepairRun if objective.repairs else OptimizationRun
            attempt = self._attempt = kind(
                self.account, judge, location, self.settings, self._model, trace=self._trace, objective=objective
            )
            if isinstance(attempt, OptimizationRun):
                attempt.require_passing()
                return await attempt.search(until)
            if judge.unchanged.all_passed and baseline.unseen:
                raise EvaluationError(
                    f"{attempt.before.total} tests that reach {unit.qualname} pass, and there was no time for "
                    f"{baseline.unseen}. Give more with --seconds, or name the test that fails with --tests."
                )
            if judge.unchanged.all_passed:
                return attempt.already_passing()
            return await attempt.search(until)
        finally:
            await judge.close()

    def _error(self, message: str, reason: Reason) -> Proposal:
        file = self._name(self.target.file) if self.target.file else ""
        name = self.target.qualname or ""
        return Proposal(
            "error",
            message,
            reason=reason,
            file=file,
            qualname=name,
            cost=self.account.cost(),
            notes=tuple(self.account.notes),
            sandbox=self._level,
            objective=self.target.objective,
        )


async def _close(making: asyncio.Future[ScratchCopy]) -> None:
    """Remove a scratch copy, also one that is only just being made."""
    (copy,) = await asyncio.gather(making, return_exceptions=True)
    if isinstance(copy, ScratchCopy):
        await asyncio.to_thread(copy.close)


def _some(units: Sequence[Unit]) -> str:
    names = [unit.qualname for unit in units]
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "") if names else "none"
