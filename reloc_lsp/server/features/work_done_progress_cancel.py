"""`window/workDoneProgress/cancel`."""

from lsprotocol import types

from reloc_lsp.server.jobs.job_registry import StopReason
from reloc_lsp.server.language_server import ReLocServer


def work_done_progress_cancel(ls: ReLocServer, params: types.WorkDoneProgressCancelParams) -> None:
    """Stop the search that the progress belongs to; what it found is still offered."""
    ls.jobs.stop(StopReason.USER, lambda job: job.id == params.token)
