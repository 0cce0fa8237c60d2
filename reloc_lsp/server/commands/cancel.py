"""`reloc.cancel`: stop searches."""

from __future__ import annotations

from typing import Any

from reloc_lsp.server.jobs.job_registry import StopReason
from reloc_lsp.server.language_server import ReLocServer


def cancel(ls: ReLocServer, *arguments: Any) -> list[str]:
    """Stop the job with the given id, or without an argument every job; the ids of the stopped jobs.

    The best revision so far of a stopped job still becomes a proposal.
    """
    job_id = arguments[0] if arguments else None
    return ls.revisions.jobs.stop(StopReason.USER, lambda job: job_id in (None, job.id))
