"""What it takes to import and collect tests, besides the processor: heard by doing it once with no walls around."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from reloc_lsp.evaluation.tiers.harness_launcher import HarnessLauncher

PATIENCE = 60.0


async def needs_of_importing(bench: HarnessLauncher, selection: Sequence[str]) -> set[str]:
    """Needs (see `harness/needs.py`) of pytest on its way to the tests of `selection`, whether it gets there or not."""
    process = await bench.start("collection", bench.copy.root, selection=list(selection), learn=True)
    needs: set[str] = set()
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while (message := await process.receive()) is not None and "needs" in message:
                    needs.add(message["needs"])
    finally:
        process.kill()
        await process.close()
    return needs
