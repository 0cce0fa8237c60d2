"""`reloc.debugInformation`: what a bug report needs."""

from __future__ import annotations

import dataclasses
import platform
import sys
import time

from reloc_lsp import __version__
from reloc_lsp.server.language_server import ReLocServer


def debug_information(ls: ReLocServer) -> str:
    """Versions, folders, capabilities, settings and jobs as text; also written to the editor's log."""
    folders = ls.documents.roots
    able = [name for name, value in dataclasses.asdict(ls.capabilities).items() if value]
    lines = [
        f"reloc-lsp {__version__}, Python {platform.python_version()} ({sys.executable})",
        f"system: {platform.platform()}",
        f"position encoding: {ls.documents.position_encoding}",
        f"the editor can: {', '.join(able) or 'nothing special'}",
        f"open documents: {len(ls.documents.text_documents)}",
        *(f"folder {folder}: {ls.configuration.settings(folder)}" for folder in folders),
        *(f"running {job.qualname} for {time.monotonic() - job.started:.0f} s ({job.id})" for job in ls.jobs.running),
        *(f"on offer {offer.gain} ({offer.id})" for offer in ls.proposals.waiting),
    ]
    text = "\n".join(lines)
    ls.client.log(text)
    return text
