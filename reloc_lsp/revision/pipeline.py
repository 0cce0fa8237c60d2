"""The steps of a revision: read the target, copy the workspace, revise; and what every error becomes."""

from __future__ import annotations

import asyncio
import errno
import logging
import math
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from reloc_lsp.evaluation.baseline.withheld_variables import variables_note, withheld_variables
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.interpreter.newer_syntax import newer_syntax_reason
from reloc_lsp.evaluation.sandbox import Level, Sandbox, find_sandbox
from reloc_lsp.evaluation.selection.test_file_discovery import test_files
from reloc_lsp.evaluation.tiers import HarnessLauncher, missing_for_import
from reloc_lsp.evaluation.workspace.outside_files import OutsideFilesNeededError
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.revision.best_so_far import BestSoFar
from reloc_lsp.revision.errors import RequestError, ReviserError, UnparsableError
from reloc_lsp.revision.model_access import api_keys, connect_model
from reloc_lsp.revision.proposal import Progress, Proposal, Reason
from reloc_lsp.revision.request import RevisionRequest
from reloc_lsp.revision.run_report import RunReport
from reloc_lsp.revision.suspects import SuspectReviser
from reloc_lsp.revision.target import TargetReader, UnitInFile
from reloc_lsp.revision.trace.recorded_model import RecordingModel, ReplayingModel
from reloc_lsp.revision.trace.trace_file import Trace, TraceError, read_trace
from reloc_lsp.revision.unit_reviser import UnitReviser
from reloc_lsp.reward.errors import RewardError
from reloc_lsp.search.interfaces.language_model import LanguageModel

GRACE_SECONDS = 6.0
"""Seconds after the end of the budget at which a step that does not watch the budget is cancelled; chosen by hand."""

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""Errors of a file system that is full, or that cannot be written."""

MAX_COPIES = 4
"""How often the workspace is copied because its tests turn out to read files outside of it. Chosen by hand."""

logger = logging.getLogger(__name__)


class RevisionPipeline:
    """One revision; `on_progress` receives its progress. `best_so_far()` answers at any moment."""

    def __init__(self, request: RevisionRequest, on_progress: Callable[[Progress], None]) -> None:
        self._request = request
        self._report = RunReport(request.settings, on_progress)
        self._files = TargetReader(request.snapshot, request.settings.evaluation.tests)
        self._best = BestSoFar()
        self._sandbox: Level = "none"
        self._model: LanguageModel | None = None
        self._trace: Trace | None = None
        self._outside: list[str] = []
        self._copying: asyncio.Future[ScratchCopy] | None = None

    async def proposal(self) -> Proposal:
        """Revise. Errors that the user can put right become a proposal with the status `error`."""
        try:
            return replace(await self._proposal(), timings=self._report.timings.rounded())
        finally:
            await self._release()

    async def _proposal(self) -> Proposal:
        try:
            return await self._revise()
        except TimeoutError:
            return self._best.out_of_time() or self._tests_took_too_long()
        except (RequestError, ReviserError, RewardError, TraceError) as error:
            return self._error(str(error), "wrong-call")
        except EvaluationError as error:
            return self._error(str(error), "tests-cannot-run")
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            advice = " Free space or set TMPDIR." if error.errno in NO_ROOM else ""
            message = f"The work could not go on: {error.strerror or error}{where}.{advice}"
            return self._error(message, "tests-cannot-run")
        except Exception as error:
            logger.exception("a revision failed")
            message = f"ReLoc itself failed ({type(error).__name__}: {error})."
            return self._error(f"{message} Please report it with the log (--log-level debug).", "internal-error")

    def best_so_far(self) -> Proposal:
        """The answer if the revision was stopped: the best revision found, not yet confirmed by a cold run."""
        stopped = self._best.stopped() or Proposal(
            "cancelled",
            "Stopped before the tests were run.",
            reason="stopped",
            cost=self._report.cost(),
            notes=tuple(self._report.notes),
            sandbox=self._sandbox,
        )
        return replace(stopped, timings=self._report.timings.rounded())

    async def _revise(self) -> Proposal:
        """Revise the function that the target names, or find the one at fault."""
        self._report.progress("preparing", "copying the workspace", 0.01)
        try:
            target = self._files.read(self._request.target)
        except UnparsableError as error:
            raise RequestError(await asyncio.to_thread(self._why_unparsable, error)) from error
        tests = self._files.tests_of(self._request.target, target)
        self._open_model()
        for _ in range(MAX_COPIES):
            with self._report.timings.measure("copy"):
                reviser = await self._prepare()
            try:
                async with asyncio.timeout(self._timeout()):
                    return await self._revise_with(reviser, target, tests)
            except OutsideFilesNeededError as needed:
                self._outside += needed.paths
                await self._remove_copy()
        raise EvaluationError(
            f"The tests read files outside of the workspace, and after {MAX_COPIES} copies they still miss some: "
            f"{', '.join(self._outside)} are copied. Start ReLoc in a folder that holds all of them."
        )

    async def _revise_with(self, reviser: UnitReviser, target: UnitInFile | None, tests: str) -> Proposal:
        if self._outside:
            self._report.notes.append(f"Copied too, because the tests read it: {', '.join(self._outside)}.")
        try:
            if tests:
                return await SuspectReviser(reviser, about=tests).revise()
            if target is None or target.unit.is_class:
                return await SuspectReviser(reviser, within_class=target.unit if target else None).revise()
            return await reviser.revise(target)
        except EvaluationError as error:
            selection = [*self._request.settings.evaluation.tests] or [path.as_posix() for path in reviser.test_files]
            if not selection:
                raise
            missing = await missing_for_import(reviser.launcher, selection)
            outside = reviser.launcher.copy.outside_files(missing.files)
            if outside:
                raise OutsideFilesNeededError(outside) from None
            withheld = withheld_variables(missing.variables, reviser.launcher)
            if withheld:
                named = [name for name in withheld if name in str(error)]
                raise EvaluationError(f"{error} {variables_note(named or withheld)}") from error
            raise

    def _open_model(self) -> None:
        """Connect to the model or to the replies of a trace; record the calls if a trace is to be written."""
        recording = self._request.recording
        if recording.replay:
            self._model = ReplayingModel(read_trace(recording.replay))
        else:
            self._model = connect_model(self._request.settings, self._report.notes.append)
        if recording.write:
            self._trace = Trace(recording.write, api_keys(self._request.settings))
            self._model = RecordingModel(self._model, self._trace) if self._model else None
        if self._request.target.objective.kind == "instruct" and self._model is None:
            raise ReviserError(
                "Only a model can follow an instruction, and none is chosen. Name a server with --base-url or a model "
                "with --model, or start one with reloc-lsp model start."
            )

    async def _prepare(self) -> UnitReviser:
        """Copy the workspace; meanwhile find the project's interpreter and the test files."""
        settings = self._request.settings.evaluation
        sandbox = await asyncio.to_thread(find_sandbox, settings.sandbox)
        self._sandbox = sandbox.level
        self._copying = asyncio.ensure_future(asyncio.to_thread(self._copy_workspace, sandbox))
        interpreter, files = await asyncio.gather(
            asyncio.to_thread(find_interpreter, self._request.snapshot.root, settings.interpreter),
            asyncio.to_thread(self._find_test_files),
        )
        self._report.note_once(interpreter.note)
        # Shielded: a copy that is half made when the revision is stopped must still be removed.
        copy = await asyncio.shield(self._copying)
        workers = settings.workers or os.cpu_count() or 1
        return UnitReviser(
            request=self._request,
            files=self._files,
            launcher=HarnessLauncher(copy, interpreter, workers, settings.environment, sandbox),
            report=self._report,
            test_files=files,
            model=self._model,
            trace=self._trace,
            best=self._best,
        )

    def _why_unparsable(self, error: UnparsableError) -> str:
        """Why a file does not parse: its syntax is wrong, or newer than the Python that ReLoc runs on."""
        try:
            setting = self._request.settings.evaluation.interpreter
            interpreter = find_interpreter(self._request.snapshot.root, setting)
        except EvaluationError:
            return str(error)
        return newer_syntax_reason(error.text, error.name, interpreter) or str(error)

    def _copy_workspace(self, sandbox: Sandbox) -> ScratchCopy:
        snapshot, withhold = self._request.snapshot, self._request.settings.evaluation.withhold
        mountable = sandbox.container is not None
        return ScratchCopy(
            snapshot.root, snapshot.unsaved, mountable=mountable, withhold=withhold, outside=self._outside
        )

    def _find_test_files(self) -> list[Path]:
        """The test files of the workspace; none if the settings name the tests."""
        if self._request.settings.evaluation.tests:
            return []
        user_files = UserFiles(self._request.snapshot.root, self._request.snapshot.unsaved)
        return test_files(user_files, self._files.layout)

    def _timeout(self) -> float | None:
        """Seconds until a step that does not watch the budget is cancelled; `None` without a budget."""
        left = self._report.spending.seconds_left()
        return None if math.isinf(left) else left + GRACE_SECONDS

    async def _release(self) -> None:
        if self._model:
            await asyncio.shield(self._model.close())
        logger.debug("seconds by part: %s", self._report.timings.rounded())
        if self._trace:
            self._trace.write(timings=self._report.timings.rounded())
            self._trace.close()
        await self._remove_copy()

    async def _remove_copy(self) -> None:
        if self._copying is not None:
            await asyncio.shield(_remove(self._copying))

    def _tests_took_too_long(self) -> Proposal:
        seconds = self._report.spending.budget.seconds or 0.0
        return self._error(
            f"Running the tests took longer than the budget of {seconds:.0f} s. "
            "Give more with --seconds, or name the tests that matter with --tests.",
            "tests-cannot-run",
        )

    def _error(self, message: str, reason: Reason) -> Proposal:
        target = self._request.target
        return Proposal(
            "error",
            message,
            reason=reason,
            file=self._files.name(target.file) if target.file else "",
            qualname=target.qualname or "",
            cost=self._report.cost(),
            notes=tuple(self._report.notes),
            sandbox=self._sandbox,
            objective=target.objective,
        )


async def _remove(copying: asyncio.Future[ScratchCopy]) -> None:
    """Remove a scratch copy, also one that is still being made."""
    (copy,) = await asyncio.gather(copying, return_exceptions=True)
    if isinstance(copy, ScratchCopy):
        await asyncio.to_thread(copy.close)
