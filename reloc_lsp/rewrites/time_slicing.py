"""Long loops that let other tasks of the event loop run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

MAX_SLICE_SECONDS = 0.002
"""After this time the loop yields to other tasks: below what a person notices in an editor. Chosen by hand."""
Item = TypeVar("Item")


async def cooperatively(items: Iterable[Item]) -> AsyncIterator[Item]:
    """The items, with pauses for other tasks: to make all rewrites of a long function takes seconds.

    A thread would not help: Python 3.11 and 3.12 cannot parse in two threads at once, and it would outlive its search.
    """
    since = time.perf_counter()
    for item in items:
        yield item
        if time.perf_counter() - since > MAX_SLICE_SECONDS:
            await asyncio.sleep(0)
            since = time.perf_counter()
