"""Which permissions importing and collecting tests requires: found by doing it once without any confinement."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from reloc_lsp.evaluation.harness.protocol.messages import CollectionJob
from reloc_lsp.evaluation.harness.protocol.records import FileMissing, PermissionRequired, Record, VariableMissing
from reloc_lsp.evaluation.tiers.harness_launcher import HarnessLauncher

LONGEST_SECONDS = 60.0
"""Seconds after which the collection is ended, with what was seen until then. Chosen by hand."""


@dataclass(frozen=True)
class Missing:
    """Paths beside the copy of the workspace, and environment variables, that were looked for in vain."""

    files: frozenset[str]
    variables: frozenset[str]


async def permissions_to_import(launcher: HarnessLauncher, selection: Sequence[str]) -> set[str]:
    """The permissions (see `PermissionRequired`) that pytest requires to collect `selection`, successful or not."""
    records = await _records_of_import(launcher, selection)
    return {record.permission for record in records if isinstance(record, PermissionRequired)}


async def missing_for_import(launcher: HarnessLauncher, selection: Sequence[str]) -> Missing:
    """What the project's code looks for in vain while pytest collects `selection`."""
    records = await _records_of_import(launcher, selection)
    return Missing(
        frozenset(record.path for record in records if isinstance(record, FileMissing)),
        frozenset(record.name for record in records if isinstance(record, VariableMissing)),
    )


async def _records_of_import(launcher: HarnessLauncher, selection: Sequence[str]) -> list[Record]:
    """What a collection of `selection` reports, unconfined."""
    process = await launcher.start(CollectionJob(tuple(selection), learn=True), launcher.copy.root)
    records: list[Record] = []
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_SECONDS):
                while isinstance(message := await process.receive(), Record):
                    records.append(message)
    finally:
        process.kill()
        await process.close()
    return records
