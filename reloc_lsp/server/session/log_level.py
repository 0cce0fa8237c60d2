"""How much the running server logs, as the editor's settings have it (`editor.log_level`)."""

from __future__ import annotations

import logging

from reloc_lsp.server.language_server import ReLocServer


async def heed_log_level(ls: ReLocServer) -> None:
    """Log as much as the settings say once they are here; without a word in them, as the server was started."""
    await ls.configuration.ready()
    level = ls.configuration.log_level
    logging.getLogger("reloc_lsp").setLevel(level.upper() if level else logging.NOTSET)
