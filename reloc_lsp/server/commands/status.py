"""`reloc.status`: the running searches and the proposals that wait."""

from __future__ import annotations

import time
from typing import Any

from reloc_lsp.program.shown_text.visible_text import visible_line
from reloc_lsp.server.language_server import ReLocServer


def status(ls: ReLocServer) -> dict[str, Any]:
    """The running searches, each with its latest message, and the proposals that wait for the user's decision."""
    now = time.monotonic()
    return {
        "searches": [
            {
                "id": job.id,
                "uri": job.uri,
                "qualname": job.qualname,
                "seconds": now - job.started,
                "message": visible_line(job.message),
            }
            for job in ls.revisions.jobs.running
        ],
        "proposals": [
            {
                "id": pending.id,
                "uri": pending.uri,
                "qualname": pending.qualname,
                "message": visible_line(pending.message),
            }
            for pending in ls.proposals.waiting
        ],
    }
