"""The editor's process is watched: an editor that dies without a word must not leave its server behind."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable

logger = logging.getLogger(__name__)


async def watch(process_id: int, gone: Callable[[], object], seconds: float = 5.0) -> None:
    """Call `gone` when the process does not live any more; look every `seconds`.

    A process that cannot be seen to begin with, as from inside a container, is not watched.
    """
    if os.name != "posix" or not alive(process_id):
        return
    while True:
        await asyncio.sleep(seconds)
        if not alive(process_id):
            break
    logger.warning("the editor's process %d is gone", process_id)
    gone()


def alive(process_id: int) -> bool:
    """Whether a process of that number exists."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
