"""`reloc.showTrace`: what a search did, as a page in the browser."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer


async def show_trace(ls: ReLocServer, *arguments: Any) -> str | None:
    """Make a page of the search of that id, or of the last one, and have the editor open it; the page's address."""
    wanted = arguments[0] if arguments else next(reversed(ls.traces), None)
    trace = ls.traces.get(str(wanted))
    if trace is None:
        ls.client.show("There is no search to show: run Revise with ReLoc first.", types.MessageType.Warning)
        return None
    from reloc_lsp.revision.trace_file import TraceError

    try:
        uri = await asyncio.to_thread(_page, trace)
    except (TraceError, OSError) as error:
        ls.client.show(f"The search cannot be shown. {error}", types.MessageType.Warning)
        return None
    if ls.capabilities.show_document:
        await ls.client.open(uri, external=True)
    else:
        ls.client.show(f"The search is shown in {uri}.")
    return uri


def _page(trace: Path) -> str:
    from reloc_lsp.revision.trace_file import read_trace
    from reloc_lsp.revision.trace_report import page

    out = trace.with_suffix(".html")
    out.write_text(page(read_trace(trace)), "utf-8")
    return out.as_uri()
