"""The service that begins revisions, runs them as jobs, and reports their outcome."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from lsprotocol import types

from reloc_lsp.server.jobs.job_registry import Job, JobRegistry, RevisionFactory
from reloc_lsp.server.jobs.local_server_offer import LocalServerOffer
from reloc_lsp.server.jobs.progress import LoggedProgress, shown_progress
from reloc_lsp.server.jobs.revision_request import NothingToReviseError, ReviseArguments, RevisionRequest, resolve
from reloc_lsp.server.jobs.run_revision import RevisionRunner
from reloc_lsp.server.jobs.trace_files import TraceFiles
from reloc_lsp.server.proposals.pending_proposals import PendingProposal, improves
from reloc_lsp.server.proposals.proposal_service import ProposalService
from reloc_lsp.server.session.diagnostics import DiagnosticsPublisher
from reloc_lsp.server.session.documents import parse
from reloc_lsp.server.session.editor_session import EditorSession
from reloc_lsp.server.session.unit_status import UnitStatus

if TYPE_CHECKING:
    from reloc_lsp.revision import Proposal
    from reloc_lsp.settings import Settings

logger = logging.getLogger(__name__)

CLOSE_SECONDS = 2.0
"""How long the running revisions may take to end when the server ends. Chosen by hand."""
INSTRUCTION = "reloc/instruction"
INSTRUCTION_PROMPT = "What is to be done with this function? Its tests will still have to pass."


class RevisionService:
    """Begins and runs the revisions that the user requests and those after a save."""

    def __init__(
        self,
        session: EditorSession,
        diagnostics: DiagnosticsPublisher,
        proposals: ProposalService,
        revision_factory: RevisionFactory,
    ) -> None:
        self._session = session
        self._diagnostics = diagnostics
        self._proposals = proposals
        self.jobs = JobRegistry(session.tasks)
        self.traces = TraceFiles(session.files)
        self._offer = LocalServerOffer(session)
        self._runner = RevisionRunner(session, self.traces, revision_factory)

    def begin(self, arguments: ReviseArguments) -> Job | None:
        """Begin a revision that the user requested; `None` if there is nothing to revise, which is shown to the user.

        Without its instruction a revision does not begin either: the editor then receives `reloc/instruction`.
        """
        try:
            if arguments.objective.kind == "instruct" and not arguments.objective.instruction:
                self._request_instruction(arguments)
                return None
            job, request = resolve(arguments, self._session)
        except NothingToReviseError as error:
            self._session.client.show(str(error), types.MessageType.Warning)
            return None
        if arguments.where is not None:
            self._proposals.replace(job.uri, job.qualname)
        self.jobs.start(job, partial(self._revise, request=request))
        return job

    def begin_quietly(self, job: Job, request: RevisionRequest, settings: Settings) -> None:
        """Begin a revision that the user did not request. Its result is a diagnostic, its failure a line in the log."""
        self.jobs.start(job, partial(self._revise_quietly, request=request, settings=settings))

    async def close(self) -> None:
        """Stop every revision and wait until all have ended, at most `CLOSE_SECONDS`."""
        await self.jobs.close(CLOSE_SECONDS)

    def _request_instruction(self, arguments: ReviseArguments) -> None:
        """Have the editor ask its user for the instruction; it replies with `reloc.revise` (`reloc/instruction`)."""
        if not self._session.capabilities.input:
            raise NothingToReviseError(
                "This editor cannot ask for an instruction: give one to the command reloc.revise."
            )
        params = {"uri": arguments.uri, "where": arguments.where, "version": arguments.version}
        self._session.client.notify(INSTRUCTION, {**params, "prompt": INSTRUCTION_PROMPT})

    async def _revise(self, job: Job, request: RevisionRequest) -> None:
        session, title = self._session, f"ReLoc: {job.qualname}"
        shown = session.capabilities.work_done_progress
        async with shown_progress(session.client, job.id, title, shown) as progress:
            try:
                await session.configuration.ready()
                chosen = session.settings_for(request.file)
                settings = job.settings = await self._offer.with_local_server(chosen, may_ask=True)
                proposal = await self._runner.run(job, request, settings, progress)
            except Exception as error:
                logger.exception("the revision of %s failed", job.qualname)
                reason = next(iter(str(error).splitlines()), type(error).__name__)
                job.message = f"ReLoc could not revise {job.qualname}: {reason} (details are in its log)."
                progress.outcome = job.message
                session.client.show(job.message, types.MessageType.Error)
                return
            job.message = progress.outcome = proposal.message
        self._follow(job, proposal)
        self._conclude(job, proposal)

    def _follow(self, job: Job, proposal: Proposal) -> None:
        """Move the job to the file of its proposal: for a test, that of the code that the test is about."""
        file = self._session.root_of(job.file) / proposal.file
        if not proposal.file or file == job.file:
            return
        document = self._session.documents.open_document(file.as_uri())
        job.file, job.uri = file, document.uri if document else file.as_uri()

    async def _revise_quietly(self, job: Job, request: RevisionRequest, settings: Settings) -> None:
        try:
            progress = LoggedProgress(self._session.client, job.id, job.qualname)
            settings = await self._offer.with_local_server(settings, may_ask=False)
            proposal = await self._runner.run(job, request, settings, progress)
        except Exception:
            logger.exception("the check of %s failed", job.qualname)
            return
        job.message = proposal.message
        self._follow(job, proposal)
        if job.stop_reason is None and proposal.status != "error":
            pending = self._proposals.add_hint(job.id, job.uri, job.file, proposal)
            self._set_status(job, proposal, pending)

    def _conclude(self, job: Job, proposal: Proposal) -> None:
        """Show an improvement to the user, else the message of the result, unless nobody waits for it any more."""
        client = self._session.client
        if job.stop_reason is not None and not job.stop_reason.keeps_best:
            return
        pending = self._proposals.add(job.id, job.uri, job.file, proposal)
        if proposal.status != "error":
            self._set_status(job, proposal, pending)
        if pending is not None:
            self._proposals.show(pending)
        elif job.stop_reason is not None:
            client.log(proposal.message)
        elif improves(proposal):
            message = f"The revision of {job.qualname} changes text outside of it, so it is not applied."
            client.show(message, types.MessageType.Error)
        elif proposal.status == "error":
            client.show(proposal.message, types.MessageType.Error)
        else:
            client.show(proposal.message)

    def _set_status(self, job: Job, proposal: Proposal, pending: PendingProposal | None) -> None:
        """Store the status of the unit and publish it."""
        module = parse(proposal.original)
        unit = module.find(proposal.qualname, proposal.line) if module else None
        before = proposal.before
        if module is None or unit is None or not before.total:
            return
        if pending is not None:
            message = f"A revision waits. {pending.message}"
        else:
            message = f"{before.passed} of {before.total} tests pass. {proposal.failure}".rstrip()
        status = UnitStatus(
            proposal.qualname,
            module.source(unit),
            passed=before.passed,
            total=before.total,
            message=message,
            proposal_id=pending.id if pending else None,
        )
        self._session.statuses.set(job.uri, status)
        self._diagnostics.publish(job.uri)
