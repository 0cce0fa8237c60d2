"""Whether a revision in a terminal uses a model server that runs on this machine already."""

from __future__ import annotations

import asyncio
import sys

from reloc_lsp.cli.printing import print_line, warn
from reloc_lsp.inference.local_machine.consent import remember
from reloc_lsp.inference.local_machine.offered_server import OfferedServer, offered_server
from reloc_lsp.program.shown_text.visible_text import visible_line
from reloc_lsp.settings import Settings


def with_local_server(settings: Settings, *, quiet: bool) -> Settings:
    """The settings with a running server of which the user has agreed, or agrees now, that it is used.

    The question is asked on a terminal only; elsewhere a note says how to name the server, or nothing if `quiet`.
    """
    offer = asyncio.run(offered_server(settings))
    if offer is None or (not offer.agreed and not _agrees(offer, quiet=quiet)):
        return settings
    return offer.in_settings(settings)


def _agrees(offer: OfferedServer, *, quiet: bool) -> bool:
    if quiet or not (sys.stdin.isatty() and sys.stderr.isatty()):
        if not quiet:
            warn(visible_line(offer.note))
        return False
    print_line(visible_line(f"{offer.question} [y/n; Enter: not now]"), sys.stderr)
    try:
        answer = input().strip().lower()
    except EOFError:
        return False
    agrees = answer in ("y", "yes")
    if agrees or answer in ("n", "no"):
        try:
            remember(offer.server, agrees)
        except OSError as error:
            warn(f"warning: the answer cannot be stored ({error}): the question comes again.")
    return agrees
