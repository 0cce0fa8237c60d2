"""`reloc.revise`: begin a search."""

from __future__ import annotations

from typing import Any

from reloc_lsp.server.jobs.revision_request import ReviseArguments
from reloc_lsp.server.language_server import ReLocServer


def revise(ls: ReLocServer, *arguments: Any) -> str | None:
    """Begin to revise a unit; the id of the job, or `None` if there is nothing to revise.

    Arguments: the document's URI; the unit's qualified name or a line in it (from 0), or null for the file's most
    suspicious unit; the version of the document that the line belongs to (optional); the objective as
    `{"objective", "instruction"}` (optional). Raises `JsonRpcInvalidParams`.
    """
    job = ls.revisions.begin(ReviseArguments.parse(arguments))
    return job.id if job else None
