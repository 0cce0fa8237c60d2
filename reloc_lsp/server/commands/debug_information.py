"""`reloc.debugInformation`: the facts that a bug report needs."""

from __future__ import annotations

import dataclasses
import platform
import sys
import time

from reloc_lsp import __version__
from reloc_lsp.program.shown_text.visible_text import visible_line
from reloc_lsp.server.language_server import ReLocServer


def debug_information(ls: ReLocServer) -> str:
    """Versions, folders, capabilities, settings, jobs and proposals as text. It is also written to the editor's log."""
    session = ls.session
    documents, configuration, jobs = session.documents, session.configuration, ls.revisions.jobs.running
    capabilities = [name for name, value in dataclasses.asdict(session.capabilities).items() if value]
    lines = [
        f"reloc-lsp {__version__}, Python {platform.python_version()} ({sys.executable})",
        f"system: {platform.platform()}",
        f"position encoding: {documents.position_encoding}",
        f"the editor can: {', '.join(capabilities) or 'nothing special'}",
        f"open documents: {len(documents.text_documents)}",
        *(f"folder {folder}: {configuration.settings(folder)}" for folder in documents.roots),
        *(f"running {job.qualname} for {time.monotonic() - job.started:.0f} s ({job.id})" for job in jobs),
        *(f"waiting {pending.message} ({pending.id})" for pending in ls.proposals.waiting),
    ]
    text = "\n".join(visible_line(line) for line in lines)
    session.client.log(text)
    return text
