"""`window/workDoneProgress/cancel`."""

from lsprotocol import types

from reloc_lsp.server.jobs.job_registry import StopReason
from reloc_lsp.server.language_server import ReLocServer


def work_done_progress_cancel(ls: ReLocServer, params: types.WorkDoneProgressCancelParams) -> None:
    """Stop the search of the progress; its best revision so far still becomes a proposal."""
    ls.revisions.jobs.stop(StopReason.USER, lambda job: job.id == params.token)
