"""The tier that collects the tests and has the first look at them: the fastest this system has."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.tiers.base import CollectionBudget
from reloc_lsp.evaluation.tiers.cold_tier import ColdTier
from reloc_lsp.evaluation.tiers.forked_tiers import WarmTier
from reloc_lsp.evaluation.tiers.harness_launcher import HarnessLauncher
from reloc_lsp.evaluation.tiers.import_needs import needs_of_importing
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation

FirstTier = WarmTier | ColdTier

_COULD_NOT_WRITE = re.compile(r"read-?only|Errno 30\b|unable to open database", re.IGNORECASE)


def can_fork() -> bool:
    """Whether this system can fork a process: Linux and macOS can, Windows cannot."""
    return hasattr(os, "fork")


async def first_tier(
    bench: HarnessLauncher,
    location: UnitLocation | None,
    selection: Sequence[str],
    patience: CollectionBudget | None = None,
) -> FirstTier:
    """Collect `selection` (files or node ids); raises `EvaluationError` where pytest does not get that far.

    A warm tier leaves files for which `patience` does not last. In a mounted workspace, folders are made writable that
    importing or collecting was seen to write in.
    """
    while True:
        try:
            if can_fork():
                tier: FirstTier = await WarmTier.start(bench, location, selection, patience)
            else:
                tier = await ColdTier.start(bench, location, selection)
        except EvaluationError as error:
            if not await _made_writable(bench, selection, str(error)):
                raise
            continue
        if not await _made_writable(bench, selection, *(error["text"] for error in tier.errors)):
            return tier
        await tier.close()


async def _made_writable(bench: HarnessLauncher, selection: Sequence[str], *errors: str) -> bool:
    """Whether folders are writable only now, where `errors` say that something could not be written."""
    if not bench.copy.mounted or not any(map(_COULD_NOT_WRITE.search, errors)):
        return False
    return await asyncio.to_thread(bench.copy.make_writable, await needs_of_importing(bench, selection))
