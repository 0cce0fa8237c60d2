"""Which permissions importing and collecting tests requires: found by doing it once without any confinement."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from reloc_lsp.evaluation.harness.protocol.messages import CollectionJob, PermissionRequired
from reloc_lsp.evaluation.tiers.harness_launcher import HarnessLauncher

LONGEST_SECONDS = 60.0
"""Seconds after which the collection is ended, with what was seen until then. Chosen by hand."""


async def permissions_to_import(launcher: HarnessLauncher, selection: Sequence[str]) -> set[str]:
    """The permissions (see `PermissionRequired`) that pytest requires to collect `selection`, successful or not."""
    process = await launcher.start(CollectionJob(tuple(selection), learn=True), launcher.copy.root)
    permissions: set[str] = set()
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_SECONDS):
                while isinstance(message := await process.receive(), PermissionRequired):
                    permissions.add(message.permission)
    finally:
        process.kill()
        await process.close()
    return permissions
