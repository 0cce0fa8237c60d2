"""`reloc.showTrace`: show what a search did, as a page in the browser."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer


async def show_trace(ls: ReLocServer, *arguments: Any) -> str | None:
    """Write a page about the search with the given id, or the latest one, and have the editor open it.

    Returns the page's URI, or `None` if there is no page, which is shown to the user.
    """
    client = ls.session.client
    trace = ls.revisions.traces.find(*arguments[:1])
    if trace is None:
        client.show("There is no search to show: run Revise with ReLoc first.", types.MessageType.Warning)
        return None
    from reloc_lsp.revision.trace.trace_file import TraceError

    try:
        uri = await asyncio.to_thread(_write_page, trace)
    except (TraceError, OSError) as error:
        client.show(f"The search cannot be shown. {error}", types.MessageType.Warning)
        return None
    if ls.session.capabilities.show_document:
        await client.show_document(uri, external=True)
    else:
        client.show(f"The search is shown in {uri}.")
    return uri


def _write_page(trace: Path) -> str:
    from reloc_lsp.revision.trace.trace_file import read_trace
    from reloc_lsp.revision.trace_report import render_page

    out = trace.with_suffix(".html")
    out.write_text(render_page(read_trace(trace)), "utf-8")
    return out.as_uri()
