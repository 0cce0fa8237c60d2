"""The tier that collects the tests and runs them for the first time: the fastest that this system has."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.harness.protocol.values import CollectionBudget
from reloc_lsp.evaluation.tiers.base import Tier
from reloc_lsp.evaluation.tiers.cold_tier import ColdTier
from reloc_lsp.evaluation.tiers.forked_tiers import WarmTier
from reloc_lsp.evaluation.tiers.harness_launcher import HarnessLauncher
from reloc_lsp.evaluation.tiers.import_permissions import permissions_to_import
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation

_COULD_NOT_WRITE = re.compile(r"read-?only|Errno 30\b|unable to open database", re.IGNORECASE)


def can_fork() -> bool:
    """Whether this system can fork a process: Linux and macOS can, Windows cannot."""
    return hasattr(os, "fork")


async def first_tier(
    launcher: HarnessLauncher,
    location: UnitLocation | None,
    selection: Sequence[str],
    budget: CollectionBudget | None = None,
) -> Tier:
    """Collect `selection` (files or node ids); raises `EvaluationError` if pytest does not get that far.

    A warm tier skips files for which the `budget` does not last. In a mounted workspace, folders are made writable that
    importing or collecting was seen to write in. Where importing starts threads, the tier is not a warm one. The caller
    closes the tier.
    """
    while True:
        try:
            if can_fork():
                tier: Tier = await WarmTier.start(launcher, location, selection, budget)
            else:
                tier = await ColdTier.start(launcher, location, selection)
        except EvaluationError as error:
            if not await _made_writable(launcher, selection, str(error)):
                raise
            continue
        if not await _made_writable(launcher, selection, *(error.text for error in tier.collected.errors)):
            return tier if tier.forks_safely else await _without_threads(tier, launcher, location)
        await tier.close()


async def _without_threads(tier: Tier, launcher: HarnessLauncher, location: UnitLocation | None) -> Tier:
    """The tier where importing the tests starts a thread: fresh, so that each fork starts it itself, or else cold."""
    fresh = await tier.fallback() if location else tier
    await tier.close()
    if fresh is not tier:
        if fresh.forks_safely:
            return fresh
        await fresh.close()
    return ColdTier(launcher, location, tier.collected)


async def _made_writable(launcher: HarnessLauncher, selection: Sequence[str], *errors: str) -> bool:
    """Make folders writable if `errors` say that something could not be written; whether there are new ones."""
    if not launcher.copy.mounted or not any(map(_COULD_NOT_WRITE.search, errors)):
        return False
    return await asyncio.to_thread(launcher.copy.make_writable, await permissions_to_import(launcher, selection))
