"""`reloc.cancel`: stop searches."""

from __future__ import annotations

from typing import Any

from reloc_lsp.server.jobs.job_registry import StopReason
from reloc_lsp.server.language_server import ReLocServer


def cancel(ls: ReLocServer, *arguments: Any) -> list[str]:
    """Stop the job of that id, or all jobs; the ids of those stopped. What they found is still offered."""
    wanted = arguments[0] if arguments else None
    return ls.jobs.stop(StopReason.USER, lambda job: wanted in (None, job.id))
