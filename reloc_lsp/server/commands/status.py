"""`reloc.status`: what runs and what waits."""

from __future__ import annotations

import time
from typing import Any

from reloc_lsp.server.language_server import ReLocServer


def status(ls: ReLocServer) -> dict[str, Any]:
    """The running searches, with where they stand in words, and the proposals that wait for an answer."""
    now = time.monotonic()
    return {
        "searches": [
            {
                "id": job.id,
                "uri": job.uri,
                "qualname": job.qualname,
                "seconds": now - job.started,
                "message": job.latest,
            }
            for job in ls.jobs.running
        ],
        "proposals": [
            {"id": offer.id, "uri": offer.uri, "qualname": offer.proposal.qualname, "message": offer.gain}
            for offer in ls.proposals.waiting
        ],
    }
