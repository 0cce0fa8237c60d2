"""The tier that collects the tests and has the first look at them: the fastest this system has."""

from __future__ import annotations

import os
from collections.abc import Sequence

from reloc_lsp.evaluation.place import UnitPlace
from reloc_lsp.evaluation.tiers.bench import Bench
from reloc_lsp.evaluation.tiers.cold import ColdTier
from reloc_lsp.evaluation.tiers.forked import WarmTier

FirstTier = WarmTier | ColdTier


def can_fork() -> bool:
    """Whether this system can fork a process: Linux and macOS can, Windows cannot."""
    return hasattr(os, "fork")


async def first_tier(bench: Bench, place: UnitPlace | None, selection: Sequence[str]) -> FirstTier:
    """Collect `selection` (files or node ids); raises `EvaluationError` where pytest does not get that far."""
    return await (WarmTier if can_fork() else ColdTier).start(bench, place, selection)
