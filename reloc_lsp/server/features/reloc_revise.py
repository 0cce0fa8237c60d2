"""`reloc/revise`: a search as a request, which `$/cancelRequest` stops."""

from __future__ import annotations

import asyncio
from typing import Any

from reloc_lsp.server.jobs.job_registry import StopReason
from reloc_lsp.server.jobs.revision_request import ReviseArguments
from reloc_lsp.server.language_server import ReLocServer


async def reloc_revise(ls: ReLocServer, params: Any) -> dict[str, Any] | None:
    """Begin a search like the command `reloc.revise`, and reply when it has ended; `null` if it cannot begin.

    Raises `JsonRpcInvalidParams`.
    """
    objective = {name: value for name in ("objective", "instruction") if (value := getattr(params, name, None))}
    where = [getattr(params, name, None) for name in ("uri", "where", "version")]
    job = ls.revisions.begin(ReviseArguments.parse([*where, objective]))
    if job is None or job.task is None:
        return None
    try:
        await asyncio.shield(job.task)
    except asyncio.CancelledError:
        job.stop(StopReason.USER)
        raise
    return {"id": job.id, "outcome": job.message}
