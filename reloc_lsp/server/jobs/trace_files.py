"""The trace files of the latest searches, which `reloc.showTrace` shows."""

from __future__ import annotations

import logging
from pathlib import Path

from reloc_lsp.server.session.temporary_files import TemporaryFiles

logger = logging.getLogger(__name__)

MAX_TRACES = 5
"""How many traces are kept. Chosen by hand."""


class TraceFiles:
    """The trace file of each of the latest jobs. They are removed when the server ends."""

    def __init__(self, files: TemporaryFiles) -> None:
        self._files = files
        self._by_job: dict[str, Path] = {}

    def create(self, job_id: str) -> Path | None:
        """The path for the trace of a job, `None` if it cannot be written. The oldest traces are deleted."""
        while len(self._by_job) >= MAX_TRACES:
            oldest = next(iter(self._by_job))
            self._by_job.pop(oldest).unlink(missing_ok=True)
        try:
            self._by_job[job_id] = self._files.path(f"{job_id}.jsonl")
        except OSError as error:
            logger.warning("no traces are written: %s", error)
        return self._by_job.get(job_id)

    def find(self, job_id: object = None) -> Path | None:
        """The trace of a job, or of the latest one; `None` if there is none."""
        wanted = next(reversed(self._by_job), None) if job_id is None else job_id
        return self._by_job.get(str(wanted))
